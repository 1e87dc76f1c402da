package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/testvectors"
)

// readme returns the README of the module.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	return string(text)
}

// TestReadmeSession types every command of the README's terminal sessions in
// order, and compares every line that it says comes out.
func TestReadmeSession(t *testing.T) {
	text := readme(t)
	t.Chdir(t.TempDir())
	commands := 0
	for block := range strings.SplitSeq(text, "```console\n") {
		session, _, ok := strings.Cut(block, "```")
		if !ok || !strings.HasPrefix(session, "$ ") {
			continue
		}
		for c := range strings.SplitSeq(strings.TrimPrefix(session, "$ "), "\n$ ") {
			line, want, _ := strings.Cut(c, "\n")
			args := strings.Fields(line)
			require.Equal(t, "pinion", args[0], "a command that cannot be tried: %s", line)
			var out bytes.Buffer
			e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: os.Getenv}
			run(t.Context(), args[1:], e)
			got := strings.ReplaceAll(out.String(), "pinion lab: test data only: keys and PINs on the command line are visible to others\n", "")
			require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(got), line)
			commands++
		}
	}
	require.GreaterOrEqual(t, commands, 4)
}

// TestReadmeFormats holds the README's table of formats to the formats there
// are and the vectors there are for each.
func TestReadmeFormats(t *testing.T) {
	t.Parallel()
	counts, err := testvectors.FormatCounts()
	require.NoError(t, err)
	var want strings.Builder
	for _, f := range pinblock.Formats() {
		shortest, longest := f.PINLengths()
		digits := fmt.Sprintf("%d to %d", shortest, longest)
		if shortest == longest {
			digits = fmt.Sprint(shortest)
		}
		binds := "no"
		switch {
		case f.BindsPAN():
			binds = "yes"
		case f == pinblock.VISA41 || f == pinblock.VISA42:
			binds = "the card's key"
		}
		fmt.Fprintf(&want, "| %s | %d | %s | %s | %d |\n", f.Name(), f.BlockSize(), digits, binds, counts[f])
	}
	require.Contains(t, readme(t), want.String())
}

// TestReadmeTargets finds every make target that the README names.
func TestReadmeTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	require.NoError(t, err)
	named := 0
	for line := range strings.Lines(readme(t)) {
		if target, ok := strings.CutPrefix(strings.TrimSpace(line), "make "); ok {
			require.Contains(t, string(makefile), "\n"+strings.Fields(target)[0]+":")
			named++
		}
	}
	require.GreaterOrEqual(t, named, 3)
}

// TestReadmeGo compiles the Go of the README, in a package that exists for the
// compiler alone.
func TestReadmeGo(t *testing.T) {
	t.Parallel()
	var blocks []string
	for block := range strings.SplitSeq(readme(t), "```go\n") {
		if code, _, ok := strings.Cut(block, "```"); ok {
			blocks = append(blocks, code)
		}
	}
	require.Len(t, blocks, 3, "the text before the first block, and two blocks")
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	files := map[string]string{
		"embed.go": `package readme

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

func embed(ctx context.Context, request struct{ PAN string; Field52 []byte }, card struct{ PVV []byte }) error {
` + blocks[1] + `
	return nil
}
`,
		"mine.go": `package readme

import (
	"testing"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/softhsm"
)

` + blocks[2],
	}
	overlay := map[string]map[string]string{"Replace": {}}
	dir := t.TempDir()
	for name, code := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
		overlay["Replace"][filepath.Join(root, "internal", "readme", name)] = file
	}
	raw, err := json.Marshal(overlay)
	require.NoError(t, err)
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, raw, 0o600))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, "./internal/readme")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
