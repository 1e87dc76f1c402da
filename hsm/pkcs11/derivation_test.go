//go:build cgo

package pkcs11_test

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/softhsm"
)

// endsAfter is a context that is cancelled after a number of looks at it.
type endsAfter struct {
	context.Context
	looks int
}

func (c *endsAfter) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// Whatever step a derivation ends at, nothing of it stays.
func TestDeriveCancelled(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "bdk", aesBDK(t, keys.AES256, keys.UsageBDK))
	bdk, before := find(t, d, "bdk"), objects(t, token)
	cancelled := 0
	for n := 0; ; n++ {
		k, err := d.DerivePINKey(t.Context(), bdk, ksn(t, "1234567890123456FFFF0000"), keys.AES256)
		require.NoError(t, err)
		block := make([]byte, 16)
		if err = k.(cipher).Encrypt(&endsAfter{t.Context(), n}, block, block); err == nil {
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, objects(t, token), "cancelled at %d", n)
		cancelled++
	}
	require.Greater(t, cancelled, 18)
	require.Equal(t, before, objects(t, token))
}

// A derived key outlives the token's going away and coming back: it is derived
// again.
func TestDerivedKeyComesBack(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "bdk", aesBDK(t, keys.AES128, keys.UsageBDK))
	before := objects(t, token)
	k := derive(t, d, "bdk", ksn(t, "123456789012345600000001"), keys.AES128)
	want := kcv(t, k)

	c := intruder(t, token)
	require.NoError(t, c.CloseAllSessions(slot(t, c)))
	require.Equal(t, want, kcv(t, k))

	require.Equal(t, before, objects(t, token))
}

// A derived key is of no use when its device is closed.
func TestDerivedKeyGoesWithTheDevice(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	open(t, token.Config()) // keeps the library, and the login
	load(t, d, "bdk", aesBDK(t, keys.AES128, keys.UsageBDK))
	before := objects(t, token)
	k := derive(t, d, "bdk", ksn(t, "123456789012345600000001"), keys.AES128)
	require.NoError(t, d.Close())
	require.Equal(t, before, objects(t, token))
	block := make([]byte, 16)
	require.ErrorIs(t, k.Encrypt(t.Context(), block, block), hsm.ErrClosed)
}

// Many at once: with many sessions, with one for operations, and with one in all.
func TestDeriveConcurrently(t *testing.T) {
	t.Parallel()
	limited := func(c pkcs11.Config) *pkcs11.Device {
		d, err := pkcs11.OpenLimited(t.Context(), c, 1)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, d.Close()) })
		return d
	}
	bdk := aesBDK(t, keys.AES192, keys.UsageBDK)
	var serials []dukpt.KSN
	want := map[dukpt.KSN][]byte{}
	for serial := ksn(t, "123456789012345600000001"); len(serials) < 64; {
		k, err := dukpt.PINKey(bdk, serial)
		require.NoError(t, err)
		want[serial] = make([]byte, 16)
		require.NoError(t, k.Encrypt(t.Context(), want[serial], want[serial]))
		serials = append(serials, serial)
		serial, err = serial.Next()
		require.NoError(t, err)
	}
	for _, opened := range []func(pkcs11.Config) *pkcs11.Device{
		func(c pkcs11.Config) *pkcs11.Device { return open(t, c) },
		func(c pkcs11.Config) *pkcs11.Device { c.Sessions = 1; return open(t, c) },
		limited,
	} {
		token := softhsm.New(t)
		d := opened(token.Config())
		load(t, d, "bdk", bdk)
		before, key := objects(t, token), find(t, d, "bdk")
		var wg sync.WaitGroup
		for _, serial := range serials {
			wg.Go(func() {
				k, err := d.DerivePINKey(t.Context(), key, serial, keys.AES192)
				if err != nil {
					t.Errorf("%v: %v", serial, err)
					return
				}
				got := make([]byte, 16)
				if err := k.(cipher).Encrypt(t.Context(), got, got); err != nil || !bytes.Equal(got, want[serial]) {
					t.Errorf("%v: not the right key (%v)", serial, err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, before, objects(t, token))
	}
}

// BenchmarkDerivePINKey is one derivation of 3 steps, and one of 18, with one
// encipherment.
func BenchmarkDerivePINKey(b *testing.B) {
	d, _ := fresh(b)
	load(b, d, "bdk", aesBDK(b, keys.AES128, keys.UsageBDK))
	bdk := find(b, d, "bdk")
	for name, serial := range map[string]string{"first": "123456789012345600000001", "deepest": "1234567890123456FFFF0000"} {
		b.Run(name, func(b *testing.B) {
			k := ksn(b, serial)
			for b.Loop() {
				derived, err := d.DerivePINKey(b.Context(), bdk, k, keys.AES128)
				require.NoError(b, err)
				block := make([]byte, 16)
				require.NoError(b, derived.(cipher).Encrypt(b.Context(), block, block))
			}
		})
	}
}
