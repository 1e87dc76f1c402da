package archtest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// printing is what a library does not call or name.
var printing = []string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Stdout", "os.Stderr", "slog.Debug", "slog.Info", "slog.Warn", "slog.Error"}

// TestNoPrinting keeps the libraries silent: what they have to say they return.
func TestNoPrinting(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, p := range packages(t, "CGO_ENABLED=1") {
		name := short(p.ImportPath)
		if strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "examples") {
			continue
		}
		require.NotContains(t, p.Imports, "log", name)
		inSource(t, p, func(n ast.Node) {
			if e, ok := n.(ast.Expr); ok && selected(e) != "" {
				seen++
				require.False(t, slices.Contains(printing, selected(e)), "package %s has %s", name, selected(e))
			}
		})
	}
	require.Greater(t, seen, 10_000)
}
