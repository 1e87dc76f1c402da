package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pageLink matches a link to a file of this repository, or to a heading.
var pageLink = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`)

// heading matches a heading of a page.
var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// TestDocsLinks follows the links from page to page, to the heading if they name one.
func TestDocsLinks(t *testing.T) {
	t.Parallel()
	followed := 0
	for _, d := range append(documents(t), more(t, "testvectors/README.md")) {
		for _, m := range pageLink.FindAllStringSubmatch(prose(d), -1) {
			to := filepath.Join(filepath.Dir(d.name), m[1])
			if m[1] == "" {
				to = d.name
			}
			file := filepath.Join(moduleRoot, to)
			require.FileExists(t, file, "a link of %s", d.name)
			if m[2] != "" {
				require.Contains(t, anchors(t, file), m[2], "a link of %s to %s", d.name, to)
			}
			followed++
		}
	}
	require.NotZero(t, followed)
}

// more is a page that users read where it lies.
func more(t *testing.T, name string) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot, name))
	require.NoError(t, err)
	return document{name: name, text: string(text)}
}

// prose is a page without its code: of Go, "x[i](y)" is no link.
func prose(d document) string {
	text := d.text
	for _, b := range d.blocks {
		if b.kind != "indented" {
			text = strings.Replace(text, b.text, "", 1)
		}
	}
	return text
}

// anchors returns what the headings of a page are called in links, as GitHub makes it:
// lower case, letters, digits and hyphens, and hyphens for spaces.
func anchors(t *testing.T, file string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
		name := regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return list
}

// TestAnchors holds anchors to headings whose links are known.
func TestAnchors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("# Re-enciphering 10^9 blocks\ntext\n## jPOS, SMAdapter\n### PKCS#11: two ways\n"), 0o600))
	require.Equal(t, []string{"#re-enciphering-109-blocks", "#jpos-smadapter", "#pkcs11-two-ways"}, anchors(t, file))
}

// TestDocsPaths looks for the files and folders that the pages name as code: `hsm/pool`,
// `.ci/run`, `raw.go`. What begins with a folder of the module's root is a path in it.
func TestDocsPaths(t *testing.T) {
	t.Parallel()
	roots, names := files(t)
	looked := 0
	for _, d := range documents(t) {
		for line := range strings.Lines(prose(d)) {
			for _, m := range inlineCode.FindAllStringSubmatch(line, -1) {
				there, isPath := lookFor(t, strings.TrimSuffix(m[1], "/"), roots, names)
				require.True(t, there || !isPath, "%s: there is no %s", d.name, m[1])
				if isPath {
					looked++
				}
			}
		}
	}
	require.Greater(t, looked, 100)
}

// lookFor reports whether a text is a path, and whether it is there.
func lookFor(t *testing.T, text string, roots, names []string) (there, isPath bool) {
	t.Helper()
	first, _, parted := strings.Cut(text, "/")
	switch {
	case strings.ContainsAny(text, " …()<>") || strings.HasPrefix(text, "/"):
		return false, false
	case parted && slices.Contains(roots, first):
		path, name, _ := strings.Cut(text, ".")
		_, err := os.Stat(filepath.Join(moduleRoot, text))
		if err != nil && name != "" && strings.ToUpper(name[:1]) == name[:1] { // `pinblock/clear.Inspect`
			_, err = os.Stat(filepath.Join(moduleRoot, path))
		}
		return err == nil, true
	case strings.HasSuffix(text, ".go"): // `raw.go`, `probe*.go`
		return slices.ContainsFunc(names, func(name string) bool {
			ok, err := filepath.Match(text, name)
			return ok && err == nil
		}), true
	}
	return false, false
}

// files returns the folders of the module's root, and the name of every Go file.
func files(t *testing.T) (roots, names []string) {
	t.Helper()
	list, err := os.ReadDir(moduleRoot)
	require.NoError(t, err)
	for _, e := range list {
		if e.IsDir() && e.Name() != ".git" {
			roots = append(roots, e.Name())
		}
	}
	err = filepath.WalkDir(moduleRoot, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			names = append(names, e.Name())
		}
		return err
	})
	require.NoError(t, err)
	return roots, names
}
