//go:build !race

// The race detector has allocations of its own.

package clear_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func TestNoAllocations(t *testing.T) {
	pin, pan, buf := mustPIN(t, "1234"), mustPAN(t, "4111111111111111"), make([]byte, 0, 16)
	for _, f := range pinblock.Formats() {
		if f == pinblock.VISA41 || f == pinblock.VISA42 {
			continue // their options are an allocation of the caller's
		}
		block, err := clear.Encode(nil, f, pin, pan, nil)
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = clear.Encode(buf, f, pin, pan, nil) }), "Encode %v", f)
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = clear.Decode(f, block, pan, nil) }), "Decode %v", f)
	}
}
