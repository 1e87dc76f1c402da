package hsmtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// testDUKPTLongBatch translates so many blocks that a device may derive their keys side
// by side: each answer is the one that the block has alone.
func (r *rig) testDUKPTLongBatch(t *testing.T, from hsm.PINKey, ksn dukpt.KSN) {
	to, pins := pinKey(pinblock.ISO3, true), [...]string{"1234", "73918", "482915"}
	b := hsm.Batch{From: from, To: to}
	for i := range 50 {
		from.KSN = ksn
		it := hsm.Item{Block: r.sealDUKPT(t, from, pins[i%3], pans[0]), PAN: mustPAN(t, pans[0]), KSN: ksn}
		switch i {
		case 7, 8:
			it.Block[0] ^= 0x10
		case 20:
			it.KSN = withCounter(t, ksn, "00000")
		case 31:
			it.PAN = mustPAN(t, "999")
		case 40:
			it.KSN = dukpt.KSN{}
		}
		require.NoError(t, b.Add(it))
		var err error
		ksn, err = ksn.Next()
		require.NoError(t, err)
	}
	results, err := r.hsm.TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, b.Len(), results.Len())
	for i := range b.Len() {
		it := b.Item(i)
		from.KSN = it.KSN
		_, want := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: it.Block, PAN: it.PAN, From: from, To: to})
		block, err := results.Block(i)
		if want != nil {
			var alone *hsm.Error
			require.ErrorAs(t, want, &alone)
			require.ErrorIs(t, err, alone.Err, "block %d", i)
			require.Nil(t, block)
			continue
		}
		require.NoError(t, err, "block %d", i)
		r.requirePIN(t, to, block, pins[i%3], pans[0])
	}
}
