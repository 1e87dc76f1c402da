package hsmtest

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// testBatch translates the same blocks together and one by one, twice into the same
// memory.
func testBatch(t *testing.T, r *rig) {
	ctx := t.Context()
	for _, pair := range [][2]pinblock.Format{
		{pinblock.ISO0, pinblock.ISO0}, {pinblock.ISO0, pinblock.ISO4}, {pinblock.ISO4, pinblock.ISO3}, {pinblock.ISO4, pinblock.ISO4}, {pinblock.ISO3, pinblock.ECI3},
	} {
		from, to := pinKey(pair[0], false), pinKey(pair[1], true)
		b := hsm.Batch{From: from, To: to}
		var pins []string
		for i := range 300 {
			pin, pan := "739184620517"[:4+i%9], pans[i%len(pans)]
			it := hsm.Item{Block: r.seal(t, from, pin, pan), PAN: mustPAN(t, pan)}
			switch i % 50 {
			case 8:
				it.Block[0] ^= 0x10
			case 9:
				it.PAN = mustPAN(t, "999")
			}
			require.NoError(t, b.Add(it))
			pins = append(pins, pin)
		}
		came := bytes.Clone(b.Blocks)
		for range 2 {
			results, err := r.hsm.TranslatePINs(ctx, b)
			require.NoError(t, err)
			require.Equal(t, b.Len(), results.Len())
			require.Equal(t, came, b.Blocks, "what is asked about stays as it is")
			r.requireAlone(t, b, results, pins)
			b.Into = results.Blocks
		}
	}
}

// requireAlone holds the answers to a batch to those that its blocks have alone.
func (r *rig) requireAlone(t *testing.T, b hsm.Batch, results hsm.Results, pins []string) {
	t.Helper()
	size, bad := b.To.Format.BlockSize(), 0
	for i := range b.Len() {
		it := b.Item(i)
		alone, want := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To})
		block, err := results.Block(i)
		if want != nil {
			require.Error(t, err, "%v to %v, block %d", b.From.Format, b.To.Format, i)
			require.Equal(t, hsm.Outcome(want), hsm.Outcome(err), "%v to %v, block %d: %v, alone %v", b.From.Format, b.To.Format, i, err, want)
			require.Nil(t, block)
			require.Equal(t, make([]byte, size), results.Blocks[size*i:][:size])
			bad++
			continue
		}
		require.NoError(t, err, "%v to %v, block %d", b.From.Format, b.To.Format, i)
		require.Len(t, block, len(alone))
		r.requirePIN(t, b.To, block, pins[i], pans[i%len(pans)])
	}
	require.Len(t, results.Faults, bad)
}

// testBatchRefuses asks for batches that are wrong as a whole.
func testBatchRefuses(t *testing.T, r *rig) {
	ctx := t.Context()
	from, to := pinKey(pinblock.ISO0, false), pinKey(pinblock.ISO0, true)
	pan := []pinblock.PAN{mustPAN(t, pans[0])}
	block := r.seal(t, from, "1234", pans[0])
	h := hsm.New(r.device, hsm.AllowInProcess())
	for want, b := range map[error]hsm.Batch{
		pinblock.ErrColumn:  {From: from, To: to, Blocks: block[1:], PANs: pan},
		pinblock.ErrFormat:  {From: from, To: hsm.PINKey{Key: to.Key}, Blocks: block, PANs: pan},
		hsm.ErrPolicy:       {From: from, To: pinKey(pinblock.ISO2, true), Blocks: block, PANs: pan},
		hsm.ErrKeyNotFound:  {From: hsm.PINKey{Key: "nobody", Format: pinblock.ISO0}, To: to, Blocks: block, PANs: pan},
		pinblock.ErrKeySize: {From: from, To: hsm.PINKey{Key: to.Key, Format: pinblock.ISO4}, Blocks: block, PANs: pan},
	} {
		results, err := h.TranslatePINs(ctx, b)
		require.ErrorIs(t, err, want)
		require.Zero(t, results)
	}
	_, err := h.TranslatePINs(ctx, hsm.Batch{From: from, To: to, Blocks: block, PANs: pan, KSNs: make([]dukpt.KSN, 2)})
	require.ErrorIs(t, err, pinblock.ErrColumn)

	room := append(make([]byte, 4, 12), block...)
	_, err = h.TranslatePINs(ctx, hsm.Batch{From: from, To: to, Blocks: room[4:], PANs: pan, Into: room[:0]})
	require.ErrorIs(t, err, pinblock.ErrOverlap)
	require.Equal(t, block, room[4:], "nothing is lost")
	_, err = h.TranslatePINs(ctx, hsm.Batch{From: from, To: pinKey(pinblock.ISO4, true), Blocks: room[4:], PANs: pan, Into: room[:0]})
	require.ErrorIs(t, err, pinblock.ErrOverlap, "also where there is not room enough")

	results, err := h.TranslatePINs(ctx, hsm.Batch{From: from, To: to})
	require.NoError(t, err, "an empty batch")
	require.Zero(t, results.Len())
	_, err = h.TranslatePINs(ctx, hsm.Batch{From: hsm.PINKey{Key: "nobody", Format: pinblock.ISO0}, To: to})
	require.ErrorIs(t, err, hsm.ErrKeyNotFound, "an empty batch")

	results, err = h.TranslatePINs(ctx, hsm.Batch{From: from, To: to, Blocks: block, PANs: make([]pinblock.PAN, 1)})
	require.NoError(t, err, "no PAN is that block's fault")
	_, err = results.Block(0)
	require.ErrorIs(t, err, pinblock.ErrPANLength)
}
