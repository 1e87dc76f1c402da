package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/testvectors"
)

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
	readme, err := os.ReadFile(filepath.Join(moduleRoot, "README.md"))
	require.NoError(t, err)
	require.Contains(t, string(readme), want.String())
}
