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
		case 30:
			it.Block = it.Block[:7]
		case 31:
			it.PAN = mustPAN(t, "999")
		case 40:
			it.KSN = dukpt.KSN{}
		}
		b.Items = append(b.Items, it)
		var err error
		ksn, err = ksn.Next()
		require.NoError(t, err)
	}
	results, err := r.hsm.TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Len(t, results, len(b.Items))
	for i, it := range b.Items {
		from.KSN = it.KSN
		_, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: it.Block, PAN: it.PAN, From: from, To: to})
		if err != nil {
			var alone *hsm.Error
			require.ErrorAs(t, err, &alone)
			require.ErrorIs(t, results[i].Err, alone.Err, "item %d", i)
			require.Nil(t, results[i].Block)
			continue
		}
		require.NoError(t, results[i].Err, "item %d", i)
		r.requirePIN(t, to, results[i].Block, pins[i%3], pans[0])
	}
}
