package pool_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

func always(e hsm.Exposure) func(hsm.Work) hsm.Exposure {
	return func(hsm.Work) hsm.Exposure { return e }
}

// The exposure of a pool is the worst of those that can do the work, with the why
// of that one, and the work is done by those.
func TestExposure(t *testing.T) {
	t.Parallel()
	const (
		no = hsm.Refused
		in = hsm.InProcess
		on = hsm.OnDevice
	)
	for _, c := range []struct {
		members []hsm.Exposure
		want    hsm.Exposure
		why     string
	}{
		{[]hsm.Exposure{on, on}, on, ""},
		{[]hsm.Exposure{on, in}, in, "member b: because of b"},
		{[]hsm.Exposure{in, on, in}, in, "member a: because of a"},
		{[]hsm.Exposure{no, on}, on, ""},
		{[]hsm.Exposure{no, in, on}, in, "member b: because of b"},
		{[]hsm.Exposure{no, no}, no, "member b: because of b"},
	} {
		synctest.Test(t, func(t *testing.T) {
			devices := stocked(t, len(c.members))
			for i, e := range c.members {
				devices[i].exposure = always(e)
			}
			p, err := pool.New(members(devices, 0))
			require.NoError(t, err)
			defer func() { require.NoError(t, p.Close()) }()
			e, why := p.Exposure(hsm.Work{Op: hsm.OpTranslate})
			require.Equal(t, c.want, e)
			require.Equal(t, c.why, why)

			h := hsm.New(plain{p}) // not a throw-away: nothing is allowed
			who := newCaller(t, "1234")
			for range 6 {
				err = who.translate(t.Context(), h)
				switch c.want {
				case on:
					require.NoError(t, err)
				case in:
					require.ErrorIs(t, err, hsm.ErrExposure)
					require.ErrorContains(t, err, c.why)
				default:
					require.ErrorIs(t, err, hsm.ErrDevice)
				}
			}
			for i, n := range calls(devices) {
				require.Equal(t, c.want == on && c.members[i] == on, n > 0)
			}
		})
	}
}

// What is exposed may depend on the keys: the pool asks with those of each member, and
// a member that is worse with its keys than was said does not do the work. So it is for
// a member that was away when the keys were found.
func TestExposureOfKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		bad := func(w hsm.Work) hsm.Exposure {
			if w.FromKey != nil {
				return hsm.InProcess
			}
			return hsm.OnDevice
		}
		devices[0].exposure, devices[1].exposure = always(hsm.OnDevice), bad
		p, _ := newPool(t, devices, 0, pool.WithCheckInterval(time.Hour))
		h := hsm.New(plain{p})
		c := newCaller(t, "1234")
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrExposure, "both have the keys")

		// The same, but b is away when the keys are found.
		p, _ = newPool(t, devices, 0)
		h = hsm.New(plain{p})
		devices[1].set(gone)
		require.NoError(t, c.translate(t.Context(), h))
		from, err := p.FindKey(t.Context(), "zpk")
		require.NoError(t, err)
		to, err := p.FindKey(t.Context(), "to")
		require.NoError(t, err)
		e, _ := p.Exposure(hsm.Work{Op: hsm.OpTranslate, FromKey: from, ToKey: to})
		require.Equal(t, hsm.OnDevice, e)
		devices[1].set(well)
		time.Sleep(3 * time.Second)
		require.Equal(t, pool.Serving, stat(p, "b").State)
		before := calls(devices)
		for range 4 {
			_, err = p.TranslatePIN(t.Context(), c.translation(), from, to)
			require.NoError(t, err, "with the keys of which it was said")
		}
		require.Equal(t, before[1], calls(devices)[1], "never on b")
		devices[0].set(gone)
		_, err = p.TranslatePIN(t.Context(), c.translation(), from, to)
		require.Error(t, err)
		_, err = p.TranslatePIN(t.Context(), c.translation(), from, to)
		require.ErrorIs(t, err, hsm.ErrExposure)
		require.ErrorContains(t, err, "member b: because of b")
		require.Equal(t, before[1], calls(devices)[1], "rather not at all")
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrExposure, "keys that are found now know b")
	})
}

// A pool that works on devices only leaves out who does not.
func TestOnDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		devices[0].exposure, devices[1].exposure, devices[2].exposure = always(hsm.InProcess), always(hsm.OnDevice), always(hsm.Refused)
		p, _ := newPool(t, devices, 0, pool.WithOnDevice())
		h := hsm.New(plain{p})
		c := newCaller(t, "1234")
		for range 6 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Equal(t, []int{0, 6, 0}, calls(devices))
		devices[1].set(gone)
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrUnavailable)
		devices[1].exposure = always(hsm.InProcess)
		e, why := p.Exposure(hsm.Work{Op: hsm.OpTranslate})
		require.Equal(t, hsm.Refused, e)
		require.Contains(t, why, "because of")
		from, err := p.FindKey(t.Context(), "zpk")
		require.NoError(t, err)
		_, err = p.TranslatePIN(t.Context(), c.translation(), from, from)
		require.ErrorIs(t, err, hsm.ErrExposure)
	})
}

// A member without the key has no say.
func TestExposureWithoutKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		devices[0].exposure, devices[1].exposure = always(hsm.OnDevice), always(hsm.InProcess)
		require.NoError(t, devices[1].Device.DeleteKey(t.Context(), "to"))
		p, _ := newPool(t, devices, 0)
		k, err := p.FindKey(t.Context(), "to")
		require.NoError(t, err)
		e, _ := p.Exposure(hsm.Work{Op: hsm.OpTranslate, ToKey: k})
		require.Equal(t, hsm.OnDevice, e)
		e, _ = p.Exposure(hsm.Work{Op: hsm.OpTranslate})
		require.Equal(t, hsm.InProcess, e)
	})
}

// A derived key says what it exposes where it is.
func TestExposureOfDerived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		for _, d := range devices {
			d.exposure = func(w hsm.Work) hsm.Exposure {
				if k, ok := w.FromKey.(*counted); ok && k.d == d {
					return hsm.InProcess
				}
				return hsm.OnDevice
			}
		}
		p, _ := newPool(t, devices, 0)
		bdk, err := p.FindKey(t.Context(), "bdk")
		require.NoError(t, err)
		ksn, err := dukpt.ParseKSN("123456789012345600000001")
		require.NoError(t, err)
		k, err := p.DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
		require.NoError(t, err)
		e, why := p.Exposure(hsm.Work{Op: hsm.OpVerify, FromKey: k})
		require.Equal(t, hsm.InProcess, e)
		require.Contains(t, why, "member ")
		k.(hsm.Releaser).Release()
	})
}
