package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inSource shows every node of a package's source, without its tests, to f.
func inSource(t *testing.T, p pkg, f func(ast.Node)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root(t), short(p.ImportPath), "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			f(n)
			return true
		})
	}
}

// selected returns what an expression selects of a package, as package.Name, and ""
// for another expression.
func selected(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + s.Sel.Name
}
