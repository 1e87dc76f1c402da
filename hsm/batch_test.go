package hsm_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// forgetful is a device that gives a batch so many answers, whatever it was asked.
type forgetful struct {
	*soft.Device
	answers int
}

func (d forgetful) TranslatePINs(context.Context, hsm.Batch, hsm.Key, hsm.Key) ([]hsm.Result, error) {
	return make([]hsm.Result, d.answers), nil
}

// TestBatchOfAnswers: a device that gives too few answers, or too many, has not
// answered. Which block an answer is of, nobody knows then.
func TestBatchOfAnswers(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	for _, label := range []string{"a", "b"} {
		_, err := hsm.New(inner).GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	good, bad := hsm.Item{Block: make([]byte, 8), PAN: pan}, hsm.Item{Block: make([]byte, 7), PAN: pan}
	for _, items := range [][]hsm.Item{{good, good, good}, {bad, good, good, good}} {
		for _, n := range []int{0, 2, 4} {
			_, err := hsm.New(forgetful{inner, n}).TranslatePINs(t.Context(), hsm.Batch{Items: items,
				From: hsm.PINKey{Key: "a", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "b", Format: pinblock.ISO0}})
			require.ErrorIs(t, err, hsm.ErrDevice, "%d answers", n)
			require.ErrorContains(t, err, "3 blocks")
		}
	}
}

// columnar is a device that answers a column with so many bytes, and these faults.
type columnar struct {
	*soft.Device
	bytes  int
	faults []hsm.Fault
}

func (d columnar) TranslateColumn(context.Context, []byte, hsm.Column, hsm.Key, hsm.Key) ([]byte, []hsm.Fault, error) {
	return make([]byte, d.bytes), d.faults, nil
}

// TestColumnOfAnswers: a device that does not answer every block, or tells of blocks
// that are not there, has not answered.
func TestColumnOfAnswers(t *testing.T) {
	t.Parallel()
	inner := soft.New()
	for _, label := range []string{"a", "b"} {
		_, err := hsm.New(inner).GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	c := hsm.Column{Blocks: make([]byte, 24), PANs: []pinblock.PAN{pan, pan, pan},
		From: hsm.PINKey{Key: "a", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "b", Format: pinblock.ISO0}}
	fault := func(i int) hsm.Fault { return hsm.Fault{Index: i, Err: hsm.ErrBlock} }
	for _, d := range []columnar{
		{bytes: 0}, {bytes: 16}, {bytes: 25},
		{bytes: 24, faults: []hsm.Fault{fault(3)}},
		{bytes: 24, faults: []hsm.Fault{fault(-1)}},
		{bytes: 24, faults: []hsm.Fault{fault(1), fault(1)}},
		{bytes: 24, faults: []hsm.Fault{{Index: 1}}},
	} {
		d.Device = inner
		_, _, err := hsm.New(d).TranslateColumn(t.Context(), nil, c)
		require.ErrorIs(t, err, hsm.ErrDevice, "%+v", d)
	}
	_, faults, err := hsm.New(columnar{inner, 24, []hsm.Fault{fault(0), fault(2)}}).TranslateColumn(t.Context(), nil, c)
	require.NoError(t, err)
	require.Len(t, faults, 2)
	for _, f := range faults {
		require.ErrorIs(t, f.Err, hsm.ErrBlock)
		var e *hsm.Error
		require.ErrorAs(t, f.Err, &e)
		require.Equal(t, hsm.OpTranslate, e.Op)
	}
}

// TestBatchOfWrongSizes asks the device itself, past the front that would not let such
// blocks through.
func TestBatchOfWrongSizes(t *testing.T) {
	t.Parallel()
	d := soft.New()
	h := hsm.New(d)
	var found [2]hsm.Key
	for i, label := range []string{"a", "b"} {
		_, err := h.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
		found[i], err = d.FindKey(t.Context(), label)
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	b := hsm.Batch{From: hsm.PINKey{Key: "a", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "b", Format: pinblock.ISO0}}
	made, err := h.GeneratePIN(t.Context(), hsm.Generation{PAN: pan, To: b.From})
	require.NoError(t, err)
	for i := range 10_000 {
		b.Items = append(b.Items, hsm.Item{Block: made.Block[:8-i%3], PAN: pan})
	}
	results, err := d.TranslatePINs(t.Context(), b, found[0], found[1])
	require.NoError(t, err)
	require.Len(t, results, len(b.Items))
	for i, r := range results {
		if i%3 != 0 {
			require.Equal(t, hsm.Result{Err: pinblock.ErrBlockSize}, r)
			continue
		}
		require.NoError(t, r.Err)
		require.Equal(t, results[0].Block, r.Block, "one PIN under one key")
		require.Equal(t, 8, cap(r.Block), "the next block is out of reach")
	}
}
