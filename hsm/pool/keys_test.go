package pool_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

const otherHex = "86190176866EC17FB32685ADB6ADA83B"

// replace puts another key under a label, past the pool.
func replace(t *testing.T, d *faulty, label string, k keys.Key) {
	t.Helper()
	require.NoError(t, d.Device.DeleteKey(context.Background(), label))
	load(t, d.Device, label, k)
}

// Another key under the label on one member is an error that says where, whenever
// it is put there, and never a wrong answer.
func TestDifferentKeys(t *testing.T) {
	t.Parallel()
	const want = "a has TDES2, usage P0, KCV 08D7B4, and b has TDES2, usage P0, KCV"
	for name, other := range map[string]struct {
		usage keys.Usage
		hex   string
	}{"value": {keys.UsagePIN, otherHex}, "usage": {keys.UsageData, zpkHex}} {
		synctest.Test(t, func(t *testing.T) {
			bad := parse(t, keys.TDES2, other.usage, other.hex)
			c := newCaller(t, "1234")
			devices := stocked(t, 3)
			replace(t, devices[1], "zpk", bad)
			p, h := newPool(t, devices, 0)
			for range 3 {
				err := c.translate(t.Context(), h)
				require.ErrorIs(t, err, pool.ErrDiffers, name)
				require.ErrorIs(t, err, hsm.ErrDevice)
				if name == "value" {
					require.ErrorContains(t, err, want)
				}
				require.Equal(t, pool.Serving, stat(p, "b").State)
			}

			// After the keys were found the same, and before the next health check.
			devices = stocked(t, 3)
			_, h = newPool(t, devices, 0)
			require.NoError(t, c.translate(t.Context(), h))
			replace(t, devices[1], "zpk", bad)
			seen := false
			for range 6 {
				if err := c.translate(t.Context(), h); err != nil {
					require.ErrorIs(t, err, pool.ErrDiffers)
					require.ErrorContains(t, err, "and b has", name)
					seen = true
				}
			}
			require.True(t, seen)
			require.ErrorIs(t, c.translate(t.Context(), h), pool.ErrDiffers, "and so it stays")
			replace(t, devices[1], "zpk", c.zpk)
			require.NoError(t, c.translate(t.Context(), h), "until it is mended")

			// And where no operation meets it, the health check does.
			_, h = newPool(t, devices, 0, pool.WithStandby())
			require.NoError(t, c.translate(t.Context(), h))
			replace(t, devices[1], "zpk", bad)
			require.NoError(t, c.translate(t.Context(), h))
			time.Sleep(1500 * time.Millisecond)
			require.ErrorIs(t, c.translate(t.Context(), h), pool.ErrDiffers)
		})
	}
}

// A member that comes back with another key, or without it, does not serve until
// that is mended. Ephemeral keys are not missed, nor are those that it never had.
func TestReturnsWithItsKeys(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, *faulty){
		`key "zpk": hsm/pool: members have different keys`: func(t *testing.T, d *faulty) {
			replace(t, d, "zpk", parse(t, keys.TDES2, keys.UsagePIN, otherHex))
		},
		`key "zpk": hsm: no such key`: func(t *testing.T, d *faulty) {
			require.NoError(t, d.Device.DeleteKey(t.Context(), "zpk"))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			devices := stocked(t, 2)
			load(t, devices[1].Device, "only", parse(t, keys.TDES2, keys.UsagePIN, otherHex))
			p, h := newPool(t, devices, 0)
			c := newCaller(t, "1234")
			require.NoError(t, c.translate(t.Context(), h))
			_, err := h.KeyInfo(t.Context(), "only")
			require.NoError(t, err)
			_, err = h.ImportKey(t.Context(), hsm.KeySpec{Label: "session", Ephemeral: true}, c.zpk)
			require.NoError(t, err)
			_, err = h.KeyInfo(t.Context(), "session")
			require.NoError(t, err)

			devices[0].set(gone)
			time.Sleep(3 * time.Second)
			require.NoError(t, devices[0].Device.DeleteKey(t.Context(), "session"))
			spoil(t, devices[0])
			devices[0].set(well)
			time.Sleep(3 * time.Second)
			require.Equal(t, pool.Ejected, stat(p, "a").State, name)
			require.Contains(t, stat(p, "a").LastFailure, name)
			for range 4 {
				require.NoError(t, c.translate(t.Context(), h))
			}

			_ = devices[0].Device.DeleteKey(t.Context(), "zpk")
			load(t, devices[0].Device, "zpk", c.zpk)
			time.Sleep(2 * time.Second)
			require.Equal(t, pool.Serving, stat(p, "a").State)
			n := stat(p, "a").Operations
			for range 4 {
				require.NoError(t, c.translate(t.Context(), h))
			}
			require.Greater(t, stat(p, "a").Operations, n)
		})
	}
}

// A key that a member does not have is used where it is; and where that is away, the
// error says so.
func TestKeyOnOneMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		require.NoError(t, devices[0].Device.DeleteKey(t.Context(), "zpk"))
		require.NoError(t, devices[2].Device.DeleteKey(t.Context(), "zpk"))
		p, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		for range 9 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Equal(t, []int{0, 9, 0}, calls(devices))
		devices[1].set(gone)
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrUnavailable)
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrUnavailable, "it is not gone for good")
		devices[1].set(well)
		time.Sleep(2 * time.Second)
		require.NoError(t, c.translate(t.Context(), h))

		load(t, devices[0].Device, "zpk", c.zpk)
		time.Sleep(2 * time.Second)
		for range 9 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Greater(t, calls(devices)[0], 3, "a key that was added is seen by the health check")

		// Deleted on one device, past the pool: the other one has it yet.
		require.NoError(t, devices[0].Device.DeleteKey(t.Context(), "zpk"))
		for range 3 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		load(t, devices[0].Device, "zpk", c.zpk)

		// Deleted on the devices, past the pool: no member uses it from now on.
		for _, d := range devices[:2] {
			require.NoError(t, d.Device.DeleteKey(t.Context(), "zpk"))
		}
		require.ErrorIs(t, c.translate(t.Context(), h), hsm.ErrKeyNotFound)
		_, err := h.KeyInfo(t.Context(), "zpk")
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
		for _, s := range p.Stats() {
			require.Equal(t, pool.Serving, s.State)
		}
	})
}

// While it works, the pool asks for keys where it works, and not everywhere.
func TestLooksAreFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		_, h := newPool(t, devices, 0, pool.WithStandby(), pool.WithCheckInterval(time.Hour))
		c := newCaller(t, "1234")
		for range 100 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		_, looks, _, _ := devices[0].count()
		require.Equal(t, 202, looks, "two for each operation, and two to begin with")
		_, looks, _, _ = devices[2].count()
		require.Equal(t, 2, looks)
	})
}

func TestDUKPT(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		ksn, err := dukpt.ParseKSN("123456789012345600000001")
		require.NoError(t, err)
		working, err := dukpt.WorkingKey(parse(t, keys.AES128, keys.UsageBDK, bdkHex), ksn, dukpt.PIN, keys.AES128)
		require.NoError(t, err)
		terminal := hsm.PINKey{Key: "bdk", Format: pinblock.ISO4, KSN: ksn}
		tr := c.translation()
		tr.From = terminal
		tr.Block, err = pinblock.Seal(t.Context(), nil, working, pinblock.ISO4, c.pin, c.pan)
		require.NoError(t, err)
		translate := func() {
			t.Helper()
			block, err := h.TranslatePIN(t.Context(), tr)
			require.NoError(t, err)
			require.NoError(t, c.mine(t.Context(), c.to, pinblock.ISO3, block))
			for _, d := range devices {
				require.Zero(t, d.derived, "what was derived is released")
			}
		}
		for range 4 {
			translate()
		}
		require.Zero(t, retries(p))
		both := tr
		both.To = terminal
		block, err := h.TranslatePIN(t.Context(), both)
		require.NoError(t, err)
		require.NoError(t, c.mine(t.Context(), working, pinblock.ISO4, block))

		// The member that derived the key dies before it is used: another derives it.
		bdk, err := p.FindKey(t.Context(), "bdk")
		require.NoError(t, err)
		to, err := p.FindKey(t.Context(), "to")
		require.NoError(t, err)
		key, err := p.DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
		require.NoError(t, err)
		holder := devices[0]
		if devices[1].derived == 1 {
			holder = devices[1]
		}
		require.Equal(t, keys.UsagePIN, key.Info().Usage)
		holder.set(gone)
		block, err = p.TranslatePIN(t.Context(), tr, key, to)
		require.NoError(t, err)
		require.NoError(t, c.mine(t.Context(), c.to, pinblock.ISO3, block))
		require.EqualValues(t, 1, retries(p))
		key.(hsm.Releaser).Release()
		translate()

		other, _ := newPool(t, stocked(t, 2), 0)
		_, err = other.DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
		require.ErrorIs(t, err, hsm.ErrKeyNotFound, "a key of another pool")
		_, err = other.TranslatePIN(t.Context(), c.translation(), to, to)
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
		_, err = other.TranslatePIN(t.Context(), c.translation(), c.softKey(), c.softKey())
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	})
}

type softKey struct{ hsm.KeyInfo }

func (k *softKey) Info() *hsm.KeyInfo { return &k.KeyInfo }

func (c *caller) softKey() hsm.Key { return &softKey{} }

// plain is a device that can do no more than it must.
type plain struct{ hsm.Device }

// Members that cannot do a thing leave it to those that can.
func TestUnlikeMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, err := pool.New([]pool.Member{{Name: "plain", Device: plain{devices[0]}}, {Name: "b", Device: devices[1]}})
		require.NoError(t, err)
		h := hsm.New(p, hsm.AllowInProcess())
		c := newCaller(t, "1234")
		for range 6 {
			for _, op := range append(c.all(), c.translate) { // seven calls: each kind comes to each member
				require.NoError(t, op(t.Context(), h))
			}
		}
		require.Zero(t, retries(p))
		// A batch that is done one by one, and the device dies in the middle.
		died := uint64(0)
		for range 2 {
			wait := make(chan struct{})
			go func() {
				defer close(wait)
				time.Sleep(1500 * time.Microsecond)
				devices[0].set(gone)
			}()
			require.NoError(t, c.batch(t.Context(), h))
			<-wait
			if stat(p, "plain").State == pool.Ejected {
				died++
			}
			devices[0].set(well)
			time.Sleep(2 * time.Second)
		}
		require.Positive(t, died)
		require.Equal(t, died, retries(p))
		bdk, err := p.FindKey(t.Context(), "bdk")
		require.NoError(t, err)
		ksn, err := dukpt.ParseKSN("123456789012345600000001")
		require.NoError(t, err)
		for range 4 {
			k, err := p.DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
			require.NoError(t, err)
			k.(hsm.Releaser).Release()
		}
		_, err = h.ListKeys(t.Context())
		require.ErrorIs(t, err, errors.ErrUnsupported)
		_, err = h.ImportKey(t.Context(), hsm.KeySpec{Label: "x"}, c.zpk)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorIs(t, h.DeleteKey(t.Context(), "zpk"), errors.ErrUnsupported)

		// One that cannot be asked for its health is back with the next check.
		devices[0].set(gone)
		for range 2 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Equal(t, pool.Ejected, stat(p, "plain").State)
		devices[0].set(well)
		time.Sleep(2 * time.Second)
		require.Equal(t, pool.Serving, stat(p, "plain").State)

		devices[1].set(gone)
		_, err = p.DerivePINKey(t.Context(), bdk, ksn, keys.AES128)
		require.Error(t, err)
		require.NoError(t, p.Close())
	})
}
