//go:build !race

// Under the race detector sync.Pool drops what it is given at random.

package pinblock_test

import (
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
