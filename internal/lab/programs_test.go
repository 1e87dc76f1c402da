package lab_test

import (
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab"
)

// asked is an answer that has a program.
type asked struct {
	name string
	lab.Answer
}

// askAll asks every example, and the first of each panel once more with every choice
// of every field; those that are refused are left out.
func askAll(t *testing.T) (all []asked) {
	t.Helper()
	seen := map[string]bool{}
	add := func(p lab.Panel, name string, v lab.Values) {
		a, err := lab.Ask(t.Context(), p.Name, v)
		require.NoError(t, err)
		if len(a.Problems) == 0 && a.Go != "" && !seen[a.Go] {
			seen[a.Go] = true
			all = append(all, asked{p.Name + ": " + name, a})
		}
	}
	for _, p := range lab.Panels() {
		for _, e := range p.Examples {
			add(p, e.Name, e.Values)
		}
		for _, f := range p.Fields {
			for _, c := range f.Choices {
				add(p, f.Name+" "+c.Value, with(p.Examples[0].Values, f.Name, c.Value))
			}
		}
	}
	return all
}

// with returns values with another value of a field.
func with(v lab.Values, field, value string) lab.Values {
	out := lab.Values{field: value}
	for name, old := range v {
		if name != field {
			out[name] = old
		}
	}
	return out
}

// TestPrograms compiles every program and runs it: it prints the result.
func TestPrograms(t *testing.T) {
	t.Parallel()
	all := askAll(t)
	require.Greater(t, len(all), 60)
	for _, a := range all {
		again, err := format.Source([]byte(a.Go))
		require.NoError(t, err, a.name)
		require.Equal(t, string(again), a.Go, "%s: not as gofmt has it", a.name)
		require.NotContains(t, a.Go, "/internal/", "%s: nobody else can import it", a.name)
	}
	binary := compile(t, all)
	for i, a := range all {
		out, err := exec.CommandContext(t.Context(), binary, fmt.Sprint(i)).CombinedOutput()
		require.NoError(t, err, "%s\n%s\n%s", a.name, out, a.Go)
		require.Equal(t, oneSpaced(a.Result), oneSpaced(string(out)), "%s\n%s", a.name, a.Go)
	}
}

// oneSpaced returns text without empty lines, and with one space between words.
func oneSpaced(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// compile makes one binary of all programs, which runs that of its argument: to link
// each would take minutes. Each becomes a package with Main for main. They are inside
// this module, for go.mod's sake, as far as the go command can tell.
func compile(t *testing.T, all []asked) string {
	t.Helper()
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	put := func(name, source string) {
		real := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		require.NoError(t, os.WriteFile(real, []byte(source), 0o600))
		overlay.Replace[filepath.Join(here, "programs", name)] = real
	}
	var imports, cases strings.Builder
	for i, a := range all {
		source := strings.Replace(a.Go, "package main\n", fmt.Sprintf("package p%d\n", i), 1)
		put(fmt.Sprintf("p%d/main.go", i), strings.Replace(source, "func main() {", "func Main() {", 1))
		fmt.Fprintf(&imports, "import p%d \"github.com/pinion-hsm/pinion/internal/lab/programs/p%d\"\n", i, i)
		fmt.Fprintf(&cases, "\tcase \"%d\":\n\t\tp%d.Main()\n", i, i)
	}
	put("main.go", "package main\n\nimport \"os\"\n"+imports.String()+"\nfunc main() {\n\tswitch os.Args[1] {\n"+cases.String()+"\tdefault:\n\t\tos.Exit(2)\n\t}\n}\n")
	raw, err := json.Marshal(overlay)
	require.NoError(t, err)
	list, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "programs.exe")
	require.NoError(t, os.WriteFile(list, raw, 0o600))
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, "-o", binary, "./programs")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOPROXY=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}
