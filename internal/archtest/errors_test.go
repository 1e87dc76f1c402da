package archtest

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/errtext"
)

// beginning is what an error begins with if it names its package.
var beginning = regexp.MustCompile(`^([a-z0-9]+(?:/[a-z0-9]+)*): `)

// TestErrorsNameTheirPackage holds the errors of the libraries to one form: the
// package's path in the module, and then what is wrong; so that errtext can take the
// path away again, and a reader knows where an error comes from.
func TestErrorsNameTheirPackage(t *testing.T) {
	t.Parallel()
	all := packages(t, "CGO_ENABLED=1")
	names := map[string]bool{} // whatever could be meant for a package
	for _, p := range all {
		names[path(p)], names[filepath.Base(path(p))] = true, true
	}
	found := 0
	for _, p := range all {
		for _, text := range errorTexts(t, p) {
			m := beginning.FindStringSubmatch(text)
			if m == nil || !names[m[1]] {
				continue
			}
			found++
			require.Equal(t, path(p), m[1], "the error %q of package %s", text, short(p.ImportPath))
			require.Equal(t, strings.TrimPrefix(text, m[0]), errtext.Plain(text), "errtext does not know package %s", short(p.ImportPath))
		}
	}
	require.Greater(t, found, 200)
}

// TestErrtextKnowsPackages is for the packages that have no error yet.
func TestErrtextKnowsPackages(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t, "CGO_ENABLED=1") {
		name := short(p.ImportPath)
		if strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "examples") {
			continue
		}
		require.Equal(t, "it is full", errtext.Plain(name+": it is full"), "errtext does not know package %s", name)
	}
}

// path is what the errors of a package begin with.
func path(p pkg) string { return strings.TrimPrefix(short(p.ImportPath), "internal/") }

// errorTexts returns the texts that a package gives to errors.New and fmt.Errorf. It
// fails where fmt.Errorf has nothing to format.
func errorTexts(t *testing.T, p pkg) []string {
	t.Helper()
	var texts []string
	inSource(t, p, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		what := selected(call.Fun)
		if what != "errors.New" && what != "fmt.Errorf" {
			return
		}
		text, whole := literal(call.Args[0])
		texts = append(texts, text)
		if what == "fmt.Errorf" && whole {
			require.Contains(t, text, "%", "%s: errors.New(%q) does", short(p.ImportPath), text)
		}
	})
	return texts
}

// literal returns the text that an expression begins with, and whether that is all of it.
func literal(e ast.Expr) (text string, whole bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		text, _ := literal(e.X)
		return text, false
	}
	return "", false
}
