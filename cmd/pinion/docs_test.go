package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/stretchr/testify/require"
)

// moduleRoot is where the documents are.
var moduleRoot = filepath.Join("..", "..")

// document is a page of documentation.
type document struct {
	name   string // from the module's root
	text   string
	blocks []docBlock
}

// docBlock is a block of code in a document.
type docBlock struct {
	kind string // of a fence: "go", "console", "yaml", "sh"; "indented" of one without
	note string // what the HTML comment before it says, which readers do not see
	text string
}

// documents returns the pages that users and contributors read.
func documents(t *testing.T) (docs []document) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(moduleRoot, "docs", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, name := range []string{"README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		pages = append(pages, filepath.Join(moduleRoot, name))
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		name, err := filepath.Rel(moduleRoot, page)
		require.NoError(t, err)
		docs = append(docs, document{name, string(text), docBlocks(t, name, string(text))})
	}
	return docs
}

// htmlComment matches an HTML comment that is alone on its line.
var htmlComment = regexp.MustCompile(`^<!-- (.*) -->$`)

// docBlocks cuts the blocks of code out of a page. A comment belongs to the fence on
// the line below it.
func docBlocks(t *testing.T, name, text string) (blocks []docBlock) {
	t.Helper()
	var open *docBlock // the fence we are in
	note, before := "", ""
	for line := range strings.SplitSeq(text, "\n") {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open != nil:
			require.Empty(t, kind, "%s: the end of a block with something behind it", name)
			blocks, open = append(blocks, *open), nil
		case fence:
			require.NotEmpty(t, kind, "%s: a block that does not say what it is", name)
			open = &docBlock{kind: kind, note: note}
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "    ") && before == "":
			blocks = append(blocks, docBlock{kind: "indented", text: line + "\n"})
		case strings.HasPrefix(line, "    ") && strings.HasPrefix(before, "    "):
			blocks[len(blocks)-1].text += line + "\n"
		}
		before, note = line, ""
		if m := htmlComment.FindStringSubmatch(line); m != nil && open == nil {
			note = m[1]
		}
	}
	require.Nil(t, open, "%s: a block without an end", name)
	return blocks
}

// docChecks has what is done with the blocks of each kind, by other tests if it is
// nothing here.
var docChecks = map[string]func(t *testing.T, b docBlock){
	"go":       nil, // TestDocsGo
	"console":  nil, // TestDocsConsole
	"sh":       nil, // TestDocsCommands
	"indented": nil, // TestDocsCommands
	"yaml": func(t *testing.T, b docBlock) {
		_, err := yaml.Parser().Unmarshal([]byte(b.text))
		require.NoError(t, err)
	},
}

// TestDocsBlocks fails for a block of a kind that no test looks at, and holds blocks
// that say which file they are from ("from: path") to that file.
func TestDocsBlocks(t *testing.T) {
	t.Parallel()
	quoted := 0
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			check, known := docChecks[b.kind]
			require.True(t, known, "%s: nobody checks blocks of kind %q", d.name, b.kind)
			if check != nil {
				check(t, b)
			}
			if file, ok := strings.CutPrefix(b.note, "from: "); ok {
				text, err := os.ReadFile(filepath.Join(moduleRoot, file))
				require.NoError(t, err)
				require.True(t, strings.Contains(string(text), b.text), "%s: this is not in %s any more:\n%s", d.name, file, b.text)
				quoted++
			}
		}
	}
	require.NotZero(t, quoted)
}
