//go:build cgo

package pkcs11_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

func is(err, target error) bool { return errors.Is(err, target) }

// limited returns a device with n sessions.
func limited(t *testing.T, n int) *pkcs11.Device {
	t.Helper()
	c := softhsm.New(t).Config()
	c.Sessions = n
	return open(t, c)
}

// Many more goroutines than sessions: all get their answer, and no more sessions
// are opened than allowed.
func TestSessionsAreShared(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			d := limited(t, n)
			load(t, d, "zpk", zpk(t))
			k := find(t, d, "zpk")
			var inside, most atomic.Int32
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					for range 20 {
						if err := works(t.Context(), k); err != nil {
							t.Error(err)
						}
					}
					err := pkcs11.OnSession(t.Context(), d, func(*p11.Ctx, p11.SessionHandle) error {
						now := inside.Add(1)
						for {
							old := most.Load()
							if now <= old || most.CompareAndSwap(old, now) {
								break
							}
						}
						inside.Add(-1)
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			require.LessOrEqual(t, int(most.Load()), n)
			require.LessOrEqual(t, pkcs11.SessionsOpen(d), n)
		})
	}
}

// A token that has fewer sessions than were asked for serves with those, and
// with one only: that one keeps the login and does the work.
func TestTokenWithFewSessions(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			d, err := pkcs11.OpenLimited(t.Context(), softhsm.New(t).Config(), n)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, d.Close()) })
			load(t, d, "zpk", zpk(t))
			generate(t, d, "pvk", keys.TDES2, keys.UsageVisaPVV)
			k, pvk := find(t, d, "zpk"), find(t, d, "pvk")
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					for range 20 {
						if err := works(t.Context(), k); err != nil {
							t.Error(err)
						}
					}
					if err := pvk.Decrypt(t.Context(), make([]byte, 8), make([]byte, 8)); !is(err, hsm.ErrKeyUsage) {
						t.Error(err)
					}
					// Where there is one session, a failure of another's operation may
					// end the making of a key; but half a key is not left behind.
					if err := life(t.Context(), d, fmt.Sprint("key-", i), false); err != nil && !(n == 1 && is(err, hsm.ErrUnavailable)) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			require.LessOrEqual(t, pkcs11.SessionsOpen(d), n-1)
			require.NoError(t, d.Ping(t.Context()))
			list, err := d.ListKeys(t.Context())
			require.NoError(t, err)
			for _, info := range list {
				require.NotEmpty(t, info.Usage, "half a key: %s", info.Label)
			}
		})
	}
}

// Who waits for a session stops waiting with the context, or with the device.
func TestWaitForSession(t *testing.T) {
	t.Parallel()
	d := limited(t, 1)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	held, release := make(chan struct{}), make(chan struct{})
	var holder error
	var wg sync.WaitGroup
	wg.Go(func() {
		holder = pkcs11.OnSession(context.Background(), d, func(*p11.Ctx, p11.SessionHandle) error {
			close(held)
			<-release
			return nil
		})
	})
	<-held
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, works(ctx, k), context.DeadlineExceeded)

	waiter := make(chan error, 1)
	wg.Go(func() { waiter <- works(context.Background(), k) })
	wg.Go(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	require.ErrorIs(t, <-waiter, hsm.ErrClosed, "while the one that holds the session still runs")
	close(release)
	wg.Wait()
	require.NoError(t, holder, "Close waits for what runs")
}

// A session that is left in the middle of an operation is not used again.
func TestBrokenSessionIsClosed(t *testing.T) {
	t.Parallel()
	d := limited(t, 1)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	stop := errors.New("stopped in the middle")
	var broken p11.SessionHandle
	err := pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		broken = s
		require.NoError(t, c.FindObjectsInit(s, nil))
		return stop
	})
	require.ErrorIs(t, err, stop)
	require.NoError(t, works(t.Context(), k), "it would be CKR_OPERATION_ACTIVE")
	require.NoError(t, pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		require.NotEqual(t, broken, s)
		_, err := c.GetSessionInfo(broken)
		require.Equal(t, p11.Error(p11.CKR_SESSION_HANDLE_INVALID), err)
		return nil
	}))

	// The same with an operation that the token refuses, over and over.
	generate(t, d, "pvk", keys.TDES2, keys.UsageVisaPVV)
	pvk := find(t, d, "pvk")
	for range 50 {
		require.ErrorIs(t, pvk.Decrypt(t.Context(), make([]byte, 8), make([]byte, 8)), hsm.ErrKeyUsage)
		require.NoError(t, works(t.Context(), k))
	}
	require.Equal(t, 1, pkcs11.SessionsOpen(d))
}

// Keys are made, used and deleted by many at once: SoftHSM2 alone does not bear
// it.
func TestKeysUnderLoad(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	load(t, d, "zpk", zpk(t))
	shared := find(t, d, "zpk")
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 5 {
				if err := life(t.Context(), d, fmt.Sprintf("key-%d-%d", i, j), j%2 == 0); err != nil {
					t.Error(err)
				}
				if err := works(t.Context(), shared); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// life is that of a key.
func life(ctx context.Context, d *pkcs11.Device, label string, ephemeral bool) error {
	spec := hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: ephemeral}
	if _, err := d.GenerateKey(ctx, spec); err != nil {
		return err
	}
	if _, err := d.GenerateKey(ctx, spec); !errors.Is(err, hsm.ErrKeyExists) {
		return fmt.Errorf("made twice: %w", err)
	}
	k, err := d.FindKey(ctx, label)
	if err != nil {
		return err
	}
	block := []byte("12345678")
	if err := k.(cipher).Encrypt(ctx, block, block); err != nil {
		return err
	}
	if err := k.(cipher).Decrypt(ctx, block, block); err != nil {
		return err
	}
	if string(block) != "12345678" {
		return errWrong
	}
	return d.DeleteKey(ctx, label)
}
