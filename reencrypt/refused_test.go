package reencrypt_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// refusing is a device that refuses some blocks of a batch, and may do one that it is
// asked for alone.
type refusing struct {
	*soft.Device
	blocks []int
	alone  func(block []byte, err error) ([]byte, error)
}

func (d *refusing) TranslatePINs(ctx context.Context, dst []byte, c hsm.Batch, from, to hsm.Key) ([]byte, []hsm.Fault, error) {
	dst, faults, err := d.Device.TranslatePINs(ctx, dst, c, from, to)
	for i := range c.PANs {
		if slices.Contains(d.blocks, i) {
			faults = append(faults, hsm.Fault{Index: i, Err: &hsm.Error{Err: hsm.ErrDevice}})
			clear(dst[len(dst)-8*(len(c.PANs)-i):][:8])
		}
	}
	return dst, faults, err
}

func (d *refusing) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	return d.alone(d.Device.TranslatePIN(ctx, t, from, to))
}

// TestRefused has a device refuse some blocks: each is asked for once more, and is
// among the rejects if it is refused again.
func TestRefused(t *testing.T) {
	t.Parallel()
	d := &refusing{}
	r := newRig(t, func(inner hsm.Device) hsm.Device { d.Device = inner.(*soft.Device); return d })
	in := write(t, "in.csv", table(t, r, cards(64), 0))
	want := r.whole(t, r.options(t, in))
	d.blocks = []int{0, 7, 63}

	d.alone = func(block []byte, err error) ([]byte, error) { return block, err }
	require.Equal(t, want, r.whole(t, r.options(t, in)), "it was the moment")

	d.alone = func([]byte, error) ([]byte, error) { return nil, &hsm.Error{Err: hsm.ErrDevice} }
	o := r.options(t, in)
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, map[reencrypt.Reason]int64{reencrypt.DeviceRefused: 3}, m.Reasons)
	list := rows(t, read(t, o.Rejects))
	require.Equal(t, []string{"1", "8", "64"}, []string{list[1][0], list[2][0], list[3][0]})
	require.Equal(t, "device", list[1][3])
	require.Len(t, rows(t, read(t, o.Out)), 1+61)

	for _, gone := range []error{hsm.ErrUnavailable, errors.New("another")} {
		d.alone = func([]byte, error) ([]byte, error) { return nil, fmt.Errorf("%w", gone) }
		_, err = reencrypt.Run(t.Context(), r.options(t, in))
		require.ErrorIs(t, err, gone, "it is not about that block")
	}
	d.alone = func([]byte, error) ([]byte, error) { return make([]byte, 7), nil }
	_, err = reencrypt.Run(t.Context(), r.options(t, in))
	require.ErrorIs(t, err, hsm.ErrDevice)
	require.ErrorContains(t, err, "it gave a block of 7 bytes")
}
