package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// docImports are the packages that the Go of the documents may use without saying so.
var docImports = append(strings.Fields("bytes context encoding/hex errors fmt log os testing github.com/stretchr/testify/require"),
	modulePaths("hsm hsm/devices hsm/pkcs11 hsm/pool issuer issuer/sqlstore keys keys/cleartext keys/dukpt keys/keyblock nss pinblock pinblock/clear pinverify softhsm")...)

func modulePaths(names string) (paths []string) {
	for _, n := range strings.Fields(names) {
		paths = append(paths, "github.com/pinion-hsm/pinion/"+n)
	}
	return paths
}

// TestDocsGo compiles the Go of the documents, each block in a package of its own that
// exists for the compiler alone. Blocks from files of this module are in other tests.
func TestDocsGo(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs(moduleRoot)
	require.NoError(t, err)
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for _, d := range documents(t) {
		for i, b := range d.blocks {
			if b.kind != "go" || strings.HasPrefix(b.note, "from: ") {
				continue
			}
			name := fmt.Sprintf("%s%d", strings.TrimSuffix(path.Base(d.name), ".md"), i)
			file := filepath.Join(dir, name+".go")
			require.NoError(t, os.WriteFile(file, []byte(goFile(t, d.name, b)), 0o600))
			overlay["Replace"][filepath.Join(root, "internal", "docs", name, "block.go")] = file
			args = append(args, "./internal/docs/"+name)
		}
	}
	require.Greater(t, len(args), 5)
	raw, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(args[2], raw, 0o600))
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// goFile makes a file of a block: of declarations, or of the statements of a function
// whose head is in the comment before the block ("in: func(ctx context.Context) error").
func goFile(t *testing.T, page string, b docBlock) string {
	t.Helper()
	body := b.text
	if head, ok := strings.CutPrefix(b.note, "in: func"); ok {
		last := ""
		if strings.HasSuffix(head, " error") {
			last = "return nil\n"
		}
		body = "func block" + head + " {\n" + body + last + "}\n"
	}
	const clause = "package docs\n"
	parsed, err := parser.ParseFile(token.NewFileSet(), page, clause+body, 0)
	require.NoError(t, err, "%s has Go that is no declaration, and no comment says in which function it is", page)
	var imports []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				i := slices.IndexFunc(docImports, func(p string) bool { return path.Base(p) == x.Name })
				if i >= 0 && !slices.Contains(imports, docImports[i]) {
					imports = append(imports, docImports[i])
				}
			}
		}
		return true
	})
	file := clause
	for _, p := range imports {
		file += "import \"" + p + "\"\n"
	}
	return file + body
}
