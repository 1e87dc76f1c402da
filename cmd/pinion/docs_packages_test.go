package main

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulePath is where the packages are imported from.
const modulePath = "github.com/pinion-hsm/pinion"

// TestPackageDocs reads what pkg.go.dev shows of every package that can be imported: it
// begins with what the package is, its links lead somewhere, and it has an example that
// is run.
func TestPackageDocs(t *testing.T) {
	t.Parallel()
	shown := map[string]*doc.Package{}
	for _, dir := range publicFolders(t) {
		shown[dir] = packageDoc(t, dir)
	}
	require.Greater(t, len(shown), 25)
	for dir, p := range shown {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			first, _, _ := strings.Cut(p.Doc, "\n")
			require.True(t, strings.HasPrefix(first, "Package "+p.Name+" "), first)
			for _, text := range docTexts(p) {
				require.Empty(t, deadLinks(p, shown, text), "links that lead nowhere")
			}
			if dir != "hsm/hsmtest" { // which takes a test
				require.NotEmpty(t, runExamples(p), "no example that is run")
			}
		})
	}
}

// publicFolders are the folders of the packages that other modules may import.
func publicFolders(t *testing.T) (dirs []string) {
	t.Helper()
	err := filepath.WalkDir(moduleRoot, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() || path == moduleRoot {
			return err
		}
		name := e.Name()
		_, notOurs := os.Stat(filepath.Join(path, "go.mod"))
		if notOurs == nil || strings.HasPrefix(name, ".") || name == "internal" || name == "cmd" || name == "examples" || name == "testdata" {
			return filepath.SkipDir
		}
		found, err := filepath.Glob(filepath.Join(path, "*.go"))
		if len(found) > 0 {
			dirs = append(dirs, filepath.ToSlash(strings.TrimPrefix(path, moduleRoot+string(filepath.Separator))))
		}
		return err
	})
	require.NoError(t, err)
	return dirs
}

// packageDoc returns the documentation of a package, with its examples.
func packageDoc(t *testing.T, dir string) *doc.Package {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(moduleRoot, dir, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(set, files, modulePath+"/"+dir)
	require.NoError(t, err)
	return p
}

// docTexts returns every comment of a package that is shown.
func docTexts(p *doc.Package) []string {
	texts := []string{p.Doc}
	values := func(list []*doc.Value) {
		for _, v := range list {
			texts = append(texts, v.Doc)
		}
	}
	funcs := func(list []*doc.Func) {
		for _, f := range list {
			texts = append(texts, f.Doc)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, x := range p.Types {
		texts = append(texts, x.Doc)
		values(x.Consts)
		values(x.Vars)
		funcs(x.Funcs)
		funcs(x.Methods)
	}
	return texts
}

// bracketed matches what looks like a link to a Go name and was not made one.
var bracketed = regexp.MustCompile(`\[\*?(?:[a-z]\w*\.)?[A-Z]\w*(?:\.[A-Z]\w*)?\]`)

// deadLinks returns the links of a comment that lead nowhere: to a name that the package
// does not have, or to a package or a name that this module does not have.
func deadLinks(p *doc.Package, shown map[string]*doc.Package, text string) (dead []string) {
	parsed := p.Parser().Parse(text)
	for _, b := range parsed.Content {
		eachText(b, func(x comment.Text) {
			switch x := x.(type) {
			case comment.Plain:
				dead = append(dead, bracketed.FindAllString(string(x), -1)...)
			case *comment.DocLink:
				dir, ours := strings.CutPrefix(x.ImportPath, modulePath+"/")
				if to, public := shown[dir]; ours && (!public || !hasName(to, x.Recv, x.Name)) {
					dead = append(dead, x.ImportPath+" "+x.Recv+" "+x.Name)
				}
			}
		})
	}
	return dead
}

// eachText visits the texts of a block.
func eachText(b comment.Block, visit func(comment.Text)) {
	texts := func(list []comment.Text) {
		for _, x := range list {
			visit(x)
		}
	}
	switch b := b.(type) {
	case *comment.Paragraph:
		texts(b.Text)
	case *comment.Heading:
		texts(b.Text)
	case *comment.List:
		for _, item := range b.Items {
			for _, inner := range item.Content {
				eachText(inner, visit)
			}
		}
	}
}

// hasName reports whether a package has the name that a link names; none is the package.
func hasName(p *doc.Package, recv, name string) bool {
	if name == "" {
		return true
	}
	if p == nil {
		return false
	}
	if recv == "" {
		return p.Parser().LookupSym("", name)
	}
	return p.Parser().LookupSym(recv, name)
}

// runExamples returns the examples of a package that say what comes out.
func runExamples(p *doc.Package) (names []string) {
	add := func(list []*doc.Example) {
		for _, e := range list {
			if e.Output != "" {
				names = append(names, e.Name)
			}
		}
	}
	add(p.Examples)
	for _, f := range p.Funcs {
		add(f.Examples)
	}
	for _, x := range p.Types {
		add(x.Examples)
		for _, f := range append(x.Funcs, x.Methods...) {
			add(f.Examples)
		}
	}
	return names
}
