package hsmtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// testColumn translates the same blocks as a column and one by one.
func testColumn(t *testing.T, r *rig) {
	ctx := t.Context()
	for _, pair := range [][2]pinblock.Format{
		{pinblock.ISO0, pinblock.ISO0}, {pinblock.ISO0, pinblock.ISO4}, {pinblock.ISO4, pinblock.ISO3}, {pinblock.ISO3, pinblock.ECI3},
	} {
		from, to := pinKey(pair[0], false), pinKey(pair[1], true)
		c := hsm.Column{From: from, To: to}
		const n = 100
		for i := range n {
			pin, pan := "739184620517"[:4+i%9], pans[i%len(pans)]
			block := r.seal(t, from, pin, pan)
			switch i % 50 {
			case 8:
				block[0] ^= 0x10
			case 9:
				pan = "999"
			}
			c.Blocks, c.PANs = append(c.Blocks, block...), append(c.PANs, mustPAN(t, pan))
		}
		got, faults, err := r.hsm.TranslateColumn(ctx, []byte("prefix"), c)
		require.NoError(t, err)
		require.Equal(t, "prefix", string(got[:6]))
		got = got[6:]
		in, out := pair[0].BlockSize(), pair[1].BlockSize()
		require.Len(t, got, n*out)
		for i := range n {
			_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: c.Blocks[in*i:][:in], PAN: c.PANs[i], From: from, To: to})
			if err != nil {
				require.NotEmpty(t, faults)
				require.Equal(t, i, faults[0].Index, "%v", pair)
				require.Equal(t, hsm.Outcome(err), hsm.Outcome(faults[0].Err), "%v block %d: %v, alone %v", pair, i, faults[0].Err, err)
				require.Equal(t, make([]byte, out), got[out*i:][:out])
				faults = faults[1:]
				continue
			}
			r.requirePIN(t, to, got[out*i:][:out], "739184620517"[:4+i%9], pans[i%len(pans)])
		}
		require.Empty(t, faults)
	}
	testColumnRefuses(t, r)
}

func testColumnRefuses(t *testing.T, r *rig) {
	ctx := t.Context()
	from, to := pinKey(pinblock.ISO0, false), pinKey(pinblock.ISO0, true)
	pan := []pinblock.PAN{mustPAN(t, pans[0])}
	block := r.seal(t, from, "1234", pans[0])
	for want, c := range map[error]hsm.Column{
		nil:                   {From: from, To: to},
		pinblock.ErrColumn:    {From: from, To: to, Blocks: block[1:], PANs: pan},
		pinblock.ErrFormat:    {From: from, To: hsm.PINKey{Key: to.Key}, Blocks: block, PANs: pan},
		hsm.ErrPolicy:         {From: from, To: pinKey(pinblock.ISO2, true), Blocks: block, PANs: pan},
		hsm.ErrKeyNotFound:    {From: hsm.PINKey{Key: "nobody", Format: pinblock.ISO0}, To: to, Blocks: block, PANs: pan},
		pinblock.ErrKeySize:   {From: from, To: hsm.PINKey{Key: to.Key, Format: pinblock.ISO4}, Blocks: block, PANs: pan},
		pinblock.ErrPANLength: {From: from, To: to, Blocks: block, PANs: []pinblock.PAN{{}}},
	} {
		h := hsm.New(r.device, hsm.AllowInProcess())
		_, faults, err := h.TranslateColumn(ctx, nil, c)
		if want == pinblock.ErrPANLength {
			require.NoError(t, err)
			require.Len(t, faults, 1)
			err = faults[0].Err
		}
		require.ErrorIs(t, err, want)
	}
}
