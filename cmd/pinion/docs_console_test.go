package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocsConsole types every command of the documents' terminal sessions, those of a
// page one after the other in one directory, and compares every line that they say
// comes out.
func TestDocsConsole(t *testing.T) {
	root, err := filepath.Abs(moduleRoot)
	require.NoError(t, err)
	typed := 0
	for _, d := range documents(t) {
		t.Run(d.name, func(t *testing.T) {
			var sessions []string
			for _, b := range d.blocks {
				if b.kind == "console" {
					sessions = append(sessions, b.text)
				}
			}
			session, ok := strings.CutPrefix(strings.Join(sessions, ""), "$ ")
			require.Equal(t, len(sessions) > 0, ok, "a session begins with a command")
			if !ok {
				return
			}
			t.Chdir(t.TempDir())
			for c := range strings.SplitSeq(session, "\n$ ") {
				line, want, _ := strings.Cut(c, "\n")
				require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(typeCommand(t, root, line)), line)
				typed++
			}
		})
	}
	require.GreaterOrEqual(t, typed, 6)
}

// typeCommand returns what a command line prints: of this program, or of an example of
// the module in root.
func typeCommand(t *testing.T, root, line string) string {
	t.Helper()
	words := shellWords(line)
	if words[0] == "go" {
		require.Equal(t, "run", words[1], line)
		cmd := exec.CommandContext(t.Context(), "go", words[1:]...)
		cmd.Dir = root
		out, err := cmd.Output()
		require.NoError(t, err, line)
		return string(out)
	}
	require.Equal(t, "pinion", words[0], "a command that cannot be tried: %s", line)
	var out bytes.Buffer
	e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: os.Getenv}
	run(t.Context(), words[1:], e)
	return strings.ReplaceAll(out.String(), "pinion lab: test data only: keys and PINs on the command line are visible to others\n", "")
}

// shellWords cuts a command line as a shell does, as far as the documents need it:
// quotes, and comments.
func shellWords(line string) (words []string) {
	word, inWord := "", false
	var quote rune
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote == 0 && r == ' ':
			if inWord {
				words = append(words, word)
			}
			word, inWord = "", false
		case quote == 0 && r == '#' && !inWord:
			return words
		default:
			word, inWord = word+string(r), true
		}
	}
	return words
}
