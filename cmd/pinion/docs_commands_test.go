package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// inlineCode matches what is set as code in a line of text.
var inlineCode = regexp.MustCompile("`([^`]+)`")

// TestDocsCommands reads every command that the documents name, in blocks and in
// sentences: the subcommand and its flags exist, and so do make targets, tests,
// benchmarks and files.
func TestDocsCommands(t *testing.T) {
	t.Parallel()
	c := &commandReader{T: t, root: newRoot(&env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard})}
	c.root.InitDefaultCompletionCmd()
	for _, d := range documents(t) {
		c.page = d.name
		for _, b := range d.blocks {
			if b.kind != "sh" && b.kind != "indented" {
				continue
			}
			for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
				if known := c.line(strings.TrimSpace(line)); b.kind == "sh" {
					require.True(t, known, "%s: a command that nobody checks: %s", d.name, line)
				}
			}
		}
		for line := range strings.Lines(d.text) {
			c.sentence(line)
		}
	}
	require.Greater(t, c.read, 60)
}

// commandReader reads the commands of a page.
type commandReader struct {
	*testing.T
	root *cobra.Command
	page string
	read int // commands
}

// line reads a command line, and reports whether it is one that it knows.
func (c *commandReader) line(line string) (known bool) {
	line, _, _ = strings.Cut(line, " | ")
	known = true
	for part := range strings.SplitSeq(line, " && ") {
		words := shellWords(part)
		for len(words) > 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(words[0]) {
			words = words[1:]
		}
		if len(words) == 0 {
			continue
		}
		switch first := words[0]; {
		case first == "pinion" || first == "bin/pinion" || first == "./bin/pinion":
			c.pinion(words[1:])
		case first == "make":
			c.target(words[1])
		case first == "go":
			c.goTool(words[1:])
		case strings.Contains(first, "/"):
			require.FileExists(c, filepath.Join(moduleRoot, first), "%s: %s", c.page, line)
		default:
			known = known && strings.Contains(" cd git sudo docker export ", " "+first+" ")
		}
	}
	return known
}

// target finds a make target.
func (c *commandReader) target(name string) {
	makefile, err := os.ReadFile(filepath.Join(moduleRoot, "Makefile"))
	require.NoError(c, err)
	require.True(c, strings.Contains(string(makefile), "\n"+name+":"), "%s: there is no target for make %s", c.page, name)
	c.read++
}

// goTool finds the packages of a go command, and the tests and benchmarks it names.
func (c *commandReader) goTool(words []string) {
	for i, w := range words {
		if !strings.HasPrefix(w, "./") {
			continue
		}
		dir := filepath.Join(moduleRoot, strings.TrimSuffix(w, "/..."))
		require.DirExists(c, dir, c.page)
		for j := range i {
			if kind := map[string]string{"-run": "Test", "-bench": "Benchmark"}[words[j]]; kind != "" && words[j+1] != "^$" {
				c.function(dir, kind, words[j+1])
			}
		}
	}
	c.read++
}

// function finds a test or benchmark.
func (c *commandReader) function(dir, kind, pattern string) {
	named := regexp.MustCompile(`(?m)^func (` + kind + `\w*)\(`)
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	require.NoError(c, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(c, err)
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if regexp.MustCompile(pattern).MatchString(m[1]) {
				return
			}
		}
	}
	require.Fail(c, "no such function", "%s: %s %s in %s", c.page, kind, pattern, dir)
}

// sentence reads what a line has as code. In a table the words behind a command are
// commands beside it: `pinion pin translate` `verify`.
func (c *commandReader) sentence(line string) {
	beside := []string(nil)
	for _, m := range inlineCode.FindAllStringSubmatchIndex(line, -1) {
		text := line[m[2]:m[3]]
		words := shellWords(text)
		switch {
		case strings.HasPrefix(text, "pinion "):
			c.pinion(words[1:])
			beside = words[1 : len(words)-1]
			continue
		case strings.HasPrefix(text, "go test ") || strings.HasPrefix(text, "go run "):
			c.goTool(words[1:])
		case strings.HasPrefix(text, "make ") && len(words) == 2:
			c.target(words[1])
		case strings.HasPrefix(text, "--") && len(text) > 2:
			require.True(c, hasFlag(c.root, strings.TrimLeft(words[0], "-")), "%s: no command has %s", c.page, text)
		case beside != nil && strings.HasPrefix(line, "|") && !strings.Contains(line[:m[0]], " | ") && len(words) == 1:
			c.pinion(append(append([]string{}, beside...), words...))
			continue
		}
		beside = nil
	}
}
