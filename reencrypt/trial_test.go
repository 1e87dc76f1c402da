package reencrypt_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// answering is a device that answers in one way: whether it can derive, and what it does
// with blocks.
type answering struct {
	*soft.Device
	derive, translate error
}

func (d answering) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	if d.derive != nil {
		return nil, d.derive
	}
	return d.Device.DerivePINKey(ctx, bdk, ksn, a)
}

func (d answering) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) ([]byte, error) {
	if d.translate != nil {
		return nil, d.translate
	}
	return d.Device.TranslatePIN(ctx, t, from, to)
}

// TestWhatTheDeviceCannotDerive wants what a run would stop for said before its first
// row, in a dry run too.
func TestWhatTheDeviceCannotDerive(t *testing.T) {
	t.Parallel()
	tdes, aes := hsm.PINKey{Key: "bdk", Format: pinblock.ISO0}, hsm.PINKey{Key: "bdk2", Format: pinblock.ISO4}
	zone := toISO0().To
	jobs := []reencrypt.Job{{From: tdes, To: zone}, {From: zone, To: aes}, {From: aes, To: tdes}, {From: tdes, To: aes}}
	in := write(t, "in.csv", "pan,block,ksn,to_ksn\n")
	for name, c := range map[string]struct{ derive, translate, want error }{
		"can":         {},
		"cannot":      {errors.ErrUnsupported, nil, errors.ErrUnsupported},
		"a bad block": {nil, hsm.ErrBlock, nil},
		"a refusal":   {nil, hsm.ErrDevice, nil},
		"gone":        {nil, hsm.ErrUnavailable, hsm.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(d hsm.Device) hsm.Device { return answering{d.(*soft.Device), c.derive, c.translate} })
			for _, mode := range []reencrypt.Mode{reencrypt.Translate, reencrypt.Check, reencrypt.DryRun} {
				for _, job := range jobs {
					o := r.options(t, in)
					o.Job = job
					o.Job.Mode = mode
					_, err := reencrypt.Run(t.Context(), o)
					require.ErrorIs(t, err, c.want, "%v", mode)
				}
			}
		})
	}
}
