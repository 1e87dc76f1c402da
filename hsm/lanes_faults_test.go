package hsm_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// watched is a device that counts, and goes wrong when it is told to.
type watched struct {
	*soft.Device
	derived, single, released int // keys in lanes, and one by one; how many lots of lanes were released
	derive                    func(ksns []dukpt.KSN) ([]hsm.Fault, error)
	answer                    func(blocks []byte, faults []hsm.Fault, err error) ([]byte, []hsm.Fault, error)
}

// watchedKey counts that it is released.
type watchedKey struct {
	hsm.Key
	pinblock.Decrypter
	d *watched
}

func (k watchedKey) Release() {
	k.d.released++
	k.Key.(hsm.Releaser).Release()
}

func (d *watched) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	d.single++
	return d.Device.DerivePINKey(ctx, bdk, ksn, a)
}

func (d *watched) DerivePINKeys(ctx context.Context, bdk hsm.Key, ksns []dukpt.KSN) (hsm.Key, []hsm.Fault, error) {
	d.derived += len(ksns)
	k, faults, err := d.Device.DerivePINKeys(ctx, bdk, ksns)
	if err == nil && d.derive != nil {
		faults, err = d.derive(ksns)
	}
	if err != nil {
		return nil, nil, err
	}
	return watchedKey{k, k.(pinblock.Decrypter), d}, faults, nil
}

func (d *watched) TranslatePINs(ctx context.Context, dst []byte, b hsm.Batch, from, to hsm.Key) ([]byte, []hsm.Fault, error) {
	blocks, faults, err := d.Device.TranslatePINs(ctx, dst, b, from, to)
	if d.answer != nil {
		return d.answer(blocks, faults, err)
	}
	return blocks, faults, err
}

// Which batches go side by side: those that are long enough, of what is well formed.
func TestLanesFromSomeBlocksOn(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	for _, c := range []struct{ n, wrong, derived, single int }{
		{15, 0, 0, 15}, {16, 0, 16, 0}, {17, 1, 16, 0}, {17, 2, 0, 15}, {4096, 0, 4096, 0}, {4111, 0, 4096, 15}, {4112, 3, 4109, 0},
	} {
		d := &watched{Device: r.device}
		var events []hsm.Event
		h := r.front(d, hsm.WithObserver(func(_ context.Context, e hsm.Event) { events = append(events, e) }))
		b := r.batch(t, "bdk", c.n)
		for i := range c.wrong {
			b.KSNs[i] = dukpt.KSN{}
		}
		r.requireSame(t, h, b)
		require.Equal(t, c.derived, d.derived, "%+v", c)
		require.Equal(t, c.single, d.single, "%+v", c)
		require.Equal(t, (c.derived+4095)/4096, d.released, "%+v", c)
		require.Len(t, events, 1)
		require.Equal(t, c.n, events[0].Blocks)
	}
}

// What does not go side by side is done one by one, or has the error that it has there.
func TestLanesThatFail(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	gone := &hsm.Error{Err: hsm.ErrDevice}
	fault := func(i int, err error) []hsm.Fault { return []hsm.Fault{{Index: i, Err: err}} }
	for name, d := range map[string]*watched{
		"deriving":            {derive: func([]dukpt.KSN) ([]hsm.Fault, error) { return nil, errors.ErrUnsupported }},
		"a key that is not":   {derive: func([]dukpt.KSN) ([]hsm.Fault, error) { return fault(20, gone), nil }},
		"a fault of nothing":  {derive: func([]dukpt.KSN) ([]hsm.Fault, error) { return fault(2, nil), nil }},
		"translating":         {answer: func([]byte, []hsm.Fault, error) ([]byte, []hsm.Fault, error) { return nil, nil, gone }},
		"too few bytes":       {answer: func(b []byte, _ []hsm.Fault, _ error) ([]byte, []hsm.Fault, error) { return b[8:], nil, nil }},
		"a block that is not": {answer: func(b []byte, _ []hsm.Fault, _ error) ([]byte, []hsm.Fault, error) { return b, fault(-1, gone), nil }},
		"one block":           {answer: func(b []byte, _ []hsm.Fault, _ error) ([]byte, []hsm.Fault, error) { return b[:8], nil, nil }},
	} {
		d.Device = r.device
		b := r.batch(t, "initial", 20)
		r.requireSame(t, r.front(d), b)
		require.Equal(t, 20, d.derived, name)
		require.Equal(t, 20, d.single, name)
		if name != "deriving" {
			require.Equal(t, 1, d.released, name)
		}
	}
}

// A key that cannot be derived is its block's affair, whatever comes out of that.
func TestLanesWithoutKey(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	b := r.batch(t, "bdk", 20)
	d := &watched{Device: r.device, derive: func([]dukpt.KSN) ([]hsm.Fault, error) {
		return []hsm.Fault{{Index: 3, Err: keys.ErrWeak}, {Index: 4, Err: keys.ErrWeak}}, nil
	}}
	results, err := r.front(d).TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, make([]byte, 16), results.Blocks[24:40], "nothing is left of what came out")
	require.NotEqual(t, make([]byte, 8), results.Blocks[40:48])
	for i := range results.Len() {
		_, err := results.Block(i)
		if i != 3 && i != 4 {
			require.NotErrorIs(t, err, keys.ErrWeak)
			continue
		}
		require.Equal(t, &hsm.Error{Op: hsm.OpTranslate, Key: "bdk", Err: keys.ErrWeak}, err)
	}
	require.Zero(t, d.single)
}

// Batches that are asked for in a way that no lanes can answer are refused as they are
// one by one: other algorithms, formats and keys.
func TestLanesRefuse(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	good := r.batch(t, "bdk", 20)
	triple, err := cleartext.Parse(keys.TDES3, keys.UsageBDK, "C49ED6B0F4A7E98CBCCBF192DAAE86FDE5A1D0F7B9C88AEF")
	require.NoError(t, err)
	_, err = r.front(r.device).ImportKey(t.Context(), hsm.KeySpec{Label: "triple"}, triple)
	require.NoError(t, err)
	for name, change := range map[string]func(*hsm.Batch){
		"an algorithm that is not TDES": func(b *hsm.Batch) { b.From.Algorithm = keys.AES128 },
		"triple length PIN keys":        func(b *hsm.Batch) { b.From.Algorithm = keys.TDES3 },
		"an AES BDK":                    func(b *hsm.Batch) { b.From.Key = "aes-bdk" },
		"a triple length BDK":           func(b *hsm.Batch) { b.From.Key = "triple" },
		"a format of 16 bytes":          func(b *hsm.Batch) { b.From.Format, b.Blocks = pinblock.ISO4, slices.Repeat(b.Blocks, 2) },
	} {
		d := &watched{Device: r.device}
		b := good
		change(&b)
		require.Zero(t, r.requireSame(t, r.front(d), b), name)
		require.Zero(t, d.derived, name)
	}
}

// A context that ends in the middle ends the batch, and so does a device that is closed.
func TestLanesEnd(t *testing.T) {
	t.Parallel()
	r := newTerminals(t)
	b := r.batch(t, "bdk", 5000)
	ctx, cancel := context.WithCancel(t.Context())
	d := &watched{Device: r.device, derive: func([]dukpt.KSN) ([]hsm.Fault, error) { cancel(); return nil, nil }}
	results, err := r.front(d).TranslatePINs(ctx, b)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, results)
	require.Zero(t, d.single)
	require.Equal(t, 1, d.released)

	d.derive = func([]dukpt.KSN) ([]hsm.Fault, error) {
		require.NoError(t, r.device.Close())
		return nil, hsm.ErrClosed
	}
	_, err = r.front(d).TranslatePINs(t.Context(), b)
	require.ErrorIs(t, err, hsm.ErrClosed)
	require.Zero(t, d.single)
}
