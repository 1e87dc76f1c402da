//go:build !race

// Under the race detector sync.Pool drops what it is given at random.

package pinblock_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func TestNoAllocations(t *testing.T) {
	pin, pan, buf := mustPIN(t, "1234"), mustPAN(t, "4111111111111111"), make([]byte, 0, 16)
	for _, f := range sealable() {
		key := keyFor(t, f)
		block, err := pinblock.Seal(t.Context(), nil, key, f, pin, pan)
		require.NoError(t, err)
		ctx := t.Context()
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = pinblock.Seal(ctx, buf, key, f, pin, pan) }), "Seal %v", f)
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = pinblock.Open(ctx, key, f, block, pan) }), "Open %v", f)
	}
}

// TestNoAllocationsForColumns: where there is memory for the new blocks, however many
// they are and whatever is drawn.
func TestNoAllocationsForColumns(t *testing.T) {
	const n = 5000
	pin, pan, dst := mustPIN(t, "1234"), mustPAN(t, "4111111111111111"), make([]byte, 0, 16*n)
	ctx := t.Context()
	for _, from := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4, pinblock.IBM3624} {
		block, err := pinblock.Seal(ctx, nil, keyFor(t, from), from, pin, pan)
		require.NoError(t, err)
		c := pinblock.Column{Blocks: bytes.Repeat(block, n), PANs: slices.Repeat([]pinblock.PAN{pan}, n)}
		for _, to := range []pinblock.Format{pinblock.ISO0, pinblock.ISO3, pinblock.ISO4, pinblock.ECI3} {
			source, target := pinblock.Source{Key: keyFor(t, from), Format: from}, pinblock.Target{Key: keyFor(t, to), Format: to}
			require.Zero(t, testing.AllocsPerRun(5, func() { _, _, _ = pinblock.TranslateAll(ctx, dst, c, source, target) }), "%v to %v", from, to)
		}
	}
}
