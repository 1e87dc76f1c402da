package hsm_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// answering is a device that answers a batch with so many bytes, and these faults.
type answering struct {
	*soft.Device
	bytes  int
	faults []hsm.Fault
}

func (d answering) TranslatePINs(context.Context, []byte, hsm.Batch, hsm.Key, hsm.Key) ([]byte, []hsm.Fault, error) {
	return bytes.Repeat([]byte{0xEE}, d.bytes), d.faults, nil
}

// twoKeys returns a device with the keys a and b, and a batch of three blocks from the
// one to the other.
func twoKeys(t *testing.T) (*soft.Device, hsm.Batch) {
	t.Helper()
	d := soft.New()
	for _, label := range []string{"a", "b"} {
		_, err := hsm.New(d).GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	b := hsm.Batch{From: hsm.PINKey{Key: "a", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "b", Format: pinblock.ISO0}}
	for range 3 {
		made, err := hsm.New(d).GeneratePIN(t.Context(), hsm.Generation{PAN: pan, To: b.From})
		require.NoError(t, err)
		require.NoError(t, b.Add(hsm.Item{Block: made.Block, PAN: pan}))
	}
	return d, b
}

// TestBatchOfAnswers: a device that does not answer every block, or tells of blocks
// that are not there, has not answered. Which block an answer is of, nobody knows then.
func TestBatchOfAnswers(t *testing.T) {
	t.Parallel()
	inner, b := twoKeys(t)
	fault := func(i int) hsm.Fault { return hsm.Fault{Index: i, Err: hsm.ErrBlock} }
	for _, d := range []answering{
		{bytes: 0}, {bytes: 16}, {bytes: 25}, {bytes: 32},
		{bytes: 24, faults: []hsm.Fault{fault(3)}},
		{bytes: 24, faults: []hsm.Fault{fault(-1)}},
		{bytes: 24, faults: []hsm.Fault{fault(1), fault(1)}},
		{bytes: 24, faults: []hsm.Fault{{Index: 1}}},
	} {
		d.Device = inner
		results, err := hsm.New(d).TranslatePINs(t.Context(), b)
		require.ErrorIs(t, err, hsm.ErrDevice, "%+v", d)
		require.Zero(t, results)
	}
	results, err := hsm.New(answering{inner, 24, []hsm.Fault{fault(0), fault(2)}}).TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Len(t, results.Faults, 2)
	for _, f := range results.Faults {
		require.ErrorIs(t, f.Err, hsm.ErrBlock)
		var e *hsm.Error
		require.ErrorAs(t, f.Err, &e)
		require.Equal(t, hsm.OpTranslate, e.Op)
	}
	for _, r := range []hsm.Results{{}, results} {
		for _, i := range []int{-1, r.Len(), r.Len() + 7} {
			_, err := r.Block(i)
			require.ErrorContains(t, err, "there is no answer")
		}
	}
	zeros, ees := make([]byte, 8), bytes.Repeat([]byte{0xEE}, 8)
	require.Equal(t, slices.Concat(zeros, ees, zeros), results.Blocks, "what the device left there is gone")
}

// short is a device that knows nothing of batches, and whose answers are as they are
// made.
type short struct {
	hsm.Device
	answer func(n int, block []byte, err error) ([]byte, error)
	calls  int
}

func (d *short) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	block, err := d.Device.TranslatePIN(ctx, t, from, to)
	d.calls++
	return d.answer(d.calls, block, err)
}

// TestEachByItself: on a device without batches, what is not about one block ends all.
func TestEachByItself(t *testing.T) {
	t.Parallel()
	inner, b := twoKeys(t)
	for name, c := range map[string]struct {
		second error // one of the kinds: what the second block comes to
		block  int   // of how many bytes it is, where there is no error
		all    error // what the batch comes to
		calls  int
	}{
		"good":        {block: 8, calls: 3},
		"refused":     {second: hsm.ErrDevice, calls: 3},
		"unavailable": {second: hsm.ErrUnavailable, all: hsm.ErrUnavailable, calls: 2},
		"closed":      {second: hsm.ErrClosed, all: hsm.ErrClosed, calls: 2},
		"unsupported": {second: errors.ErrUnsupported, all: errors.ErrUnsupported, calls: 2},
		"exposed":     {second: hsm.ErrExposure, all: hsm.ErrExposure, calls: 2},
		"too short":   {block: 7, all: hsm.ErrDevice, calls: 2},
	} {
		d := &short{Device: inner, answer: func(n int, block []byte, err error) ([]byte, error) {
			if n == 2 {
				return block[:c.block], c.second
			}
			return block, err
		}}
		results, err := hsm.New(d, hsm.AllowInProcess()).TranslatePINs(t.Context(), b)
		require.ErrorIs(t, err, c.all, name)
		require.Equal(t, c.calls, d.calls, name)
		if c.all != nil {
			require.Zero(t, results, name)
			continue
		}
		_, err = results.Block(1)
		require.ErrorIs(t, err, c.second, name)
		require.Equal(t, 3, results.Len(), name)
	}
	for _, last := range []int{1, 3} { // a context that ends is no block's fault, of the last one neither
		ctx, cancel := context.WithCancel(t.Context())
		d := &short{Device: inner, answer: func(n int, block []byte, err error) ([]byte, error) {
			if n == last {
				cancel()
				return nil, ctx.Err()
			}
			return block, err
		}}
		_, err := hsm.New(d, hsm.AllowInProcess()).TranslatePINs(ctx, b)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, last, d.calls)
	}
}

// TestBatchAdd: a block of another size is not added, and blocks without a KSN keep
// their places beside those that have one.
func TestBatchAdd(t *testing.T) {
	t.Parallel()
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	require.NoError(t, err)
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		b, size := hsm.Batch{From: hsm.PINKey{Format: f}}, f.BlockSize()
		for _, n := range []int{0, size - 1, size + 1, 24 - size} {
			require.ErrorIs(t, b.Add(hsm.Item{Block: make([]byte, n)}), pinblock.ErrBlockSize)
		}
		require.Zero(t, b.Len())
		want := []hsm.Item{{}, {}, {KSN: ksn}, {}}
		for i := range want {
			want[i].Block = bytes.Repeat([]byte{byte(i)}, size)
			require.NoError(t, b.Add(want[i]))
			require.Equal(t, i >= 2, b.KSNs != nil)
		}
		require.Equal(t, len(want), b.Len())
		for i := range want {
			require.Equal(t, want[i], b.Item(i))
			require.Equal(t, size, cap(b.Item(i).Block), "the next block is out of reach")
		}
	}
	for _, n := range []int{0, 8} {
		require.ErrorIs(t, new(hsm.Batch).Add(hsm.Item{Block: make([]byte, n)}), pinblock.ErrFormat, "no format")
	}
}

// TestBatchInto: memory that is long enough is used, and what is not is replaced.
func TestBatchInto(t *testing.T) {
	t.Parallel()
	d, b := twoKeys(t)
	for _, h := range []*hsm.HSM{hsm.New(d), hsm.New(single{d, d}, hsm.AllowInProcess())} {
		want, err := h.TranslatePINs(t.Context(), b)
		require.NoError(t, err)
		for _, n := range []int{0, 23, 24, 100} {
			given := bytes.Repeat([]byte{0xEE}, n)
			b.Into = given[:n/2]
			got, err := h.TranslatePINs(t.Context(), b)
			require.NoError(t, err)
			require.Equal(t, want, got)
			if n >= 24 {
				require.Same(t, &given[0], &got.Blocks[0])
				require.Equal(t, bytes.Repeat([]byte{0xEE}, n-24), given[24:])
			}
		}
		b.Into = nil
	}
}
