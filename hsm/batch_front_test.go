package hsm_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// clerk is a device that does one block at a time and keeps books: of what it was asked,
// and of the keys that it derived and was given back. It answers everything.
type clerk struct {
	hsm.Device
	deriver         hsm.Deriver
	asked           []hsm.Translation
	derived, undone int
	bytes           int // of its answers
}

type lent struct {
	hsm.Key
	c *clerk
}

func (k lent) Release() { k.c.undone++ }

func (c *clerk) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	k, err := c.deriver.DerivePINKey(ctx, bdk, ksn, a)
	if err != nil {
		return nil, err
	}
	c.derived++
	return lent{k, c}, nil
}

func (c *clerk) TranslatePIN(_ context.Context, t hsm.Translation, _, _ hsm.Key) ([]byte, error) {
	c.asked = append(c.asked, t)
	return make([]byte, c.bytes), nil
}

// TestBatchesAreAskedForWhole: what the front is asked for arrives at the device, what is
// wrong with it does not, and what was derived for it is given back.
func TestBatchesAreAskedForWhole(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	one, other, aes := r.ksn(t, 8), r.ksn(t, 8), mustKSN(t, "123456789012345600000001")
	for one.Check() != nil || other.Check() != nil {
		one, other = r.ksn(t, 8), r.ksn(t, 8)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	zpk, bdk := hsm.PINKey{Key: "tdes", Format: pinblock.ISO0}, hsm.PINKey{Key: "bdk", Format: pinblock.ISO0}
	withKSN := func(k hsm.PINKey, ksn dukpt.KSN) hsm.PINKey { k.KSN = ksn; return k }
	pans := []pinblock.PAN{pan, {}, pan}
	for name, c := range map[string]struct {
		b       hsm.Batch
		bytes   int
		asked   []dukpt.KSN // of the blocks that arrive
		derived int
		want    error // of the whole
		key     string
	}{
		"one key":             {b: hsm.Batch{From: zpk, To: zpk, ToChipCard: true}, bytes: 8, asked: make([]dukpt.KSN, 2)},
		"one KSN":             {b: hsm.Batch{From: withKSN(bdk, one), To: zpk}, bytes: 8, asked: []dukpt.KSN{one, one}, derived: 1},
		"one KSN going out":   {b: hsm.Batch{From: zpk, To: withKSN(bdk, one)}, bytes: 8, asked: make([]dukpt.KSN, 2), derived: 1},
		"KSNs":                {b: hsm.Batch{From: bdk, To: zpk, KSNs: []dukpt.KSN{one, one, other}, ToChipCard: true}, bytes: 8, asked: []dukpt.KSN{one, other}, derived: 2},
		"KSNs, and one":       {b: hsm.Batch{From: withKSN(bdk, one), To: zpk, KSNs: []dukpt.KSN{{}, one, other}}, bytes: 8, asked: []dukpt.KSN{one, other}, derived: 2},
		"no KSN":              {b: hsm.Batch{From: bdk, To: zpk}, want: hsm.ErrKeyUsage, key: "bdk"},
		"no such key":         {b: hsm.Batch{From: hsm.PINKey{Key: "nobody", Format: pinblock.ISO0}, To: zpk}, want: hsm.ErrKeyNotFound, key: "nobody"},
		"no such key out":     {b: hsm.Batch{From: zpk, To: hsm.PINKey{Key: "nobody", Format: pinblock.ISO0}}, want: hsm.ErrKeyNotFound, key: "nobody"},
		"an AES key":          {b: hsm.Batch{From: hsm.PINKey{Key: "aes", Format: pinblock.ISO0}, To: zpk}, want: pinblock.ErrKeySize, key: "aes"},
		"an AES key out":      {b: hsm.Batch{From: zpk, To: hsm.PINKey{Key: "aes", Format: pinblock.ISO0}}, want: pinblock.ErrKeySize, key: "aes"},
		"a short answer":      {b: hsm.Batch{From: zpk, To: zpk}, bytes: 7, asked: make([]dukpt.KSN, 1), want: hsm.ErrDevice},
		"a short one of many": {b: hsm.Batch{From: bdk, To: zpk, KSNs: []dukpt.KSN{one, one, other}}, bytes: 7, asked: []dukpt.KSN{one}, derived: 1, want: hsm.ErrDevice},
		"a KSN of AES":        {b: hsm.Batch{From: bdk, To: zpk, KSNs: []dukpt.KSN{aes, aes, other}}, bytes: 8, asked: []dukpt.KSN{other}, derived: 1},
	} {
		d := &clerk{Device: r.device, deriver: r.device, bytes: c.bytes}
		c.b.Blocks, c.b.PANs = slices.Repeat([]byte{1, 2, 3}, 8), pans
		results, err := r.front(d).TranslatePINs(t.Context(), c.b)
		require.ErrorIs(t, err, c.want, name)
		if c.key != "" {
			var e *hsm.Error
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, c.key, e.Key, name)
		}
		require.Len(t, d.asked, len(c.asked), name)
		for i, a := range d.asked {
			require.Equal(t, c.asked[i], a.From.KSN, name)
			require.Equal(t, c.b.ToChipCard, a.ToChipCard, name)
			require.Equal(t, pan, a.PAN, name)
		}
		require.Equal(t, c.derived, d.derived, name)
		require.Equal(t, c.derived, d.undone, name)
		if c.want == nil {
			_, err = results.Block(1)
			require.ErrorIs(t, err, pinblock.ErrPANLength, name)
		}
	}

	d := &clerk{Device: r.device, deriver: r.device, bytes: 8}
	b := hsm.Batch{From: zpk, To: zpk, Blocks: make([]byte, 32), PANs: pans}
	_, err = r.front(d).TranslatePINs(t.Context(), b)
	require.ErrorIs(t, err, pinblock.ErrColumn, "a block too many")
	b.Blocks = b.Blocks[:24]
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.front(&answering{Device: r.device, bytes: 24}).TranslatePINs(ended, b)
	require.ErrorIs(t, err, context.Canceled)

	// ISO-2 goes to chip cards alone.
	b.To.Format = pinblock.ISO2
	_, err = hsm.New(d, hsm.AllowInProcess()).TranslatePINs(t.Context(), b)
	require.ErrorIs(t, err, hsm.ErrPolicy)
	b.ToChipCard = true
	_, err = hsm.New(d, hsm.AllowInProcess()).TranslatePINs(t.Context(), b)
	require.NoError(t, err)
}

func mustKSN(t *testing.T, text string) dukpt.KSN {
	t.Helper()
	ksn, err := dukpt.ParseKSN(text)
	require.NoError(t, err)
	return ksn
}
