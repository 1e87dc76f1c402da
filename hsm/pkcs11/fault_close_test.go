//go:build cgo && unix

package pkcs11_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Closed in the middle of what eight callers do: each has a right answer or is told
// that the device is closed. Close waits for those that run, and then nothing of the
// device is left in the library.
func TestCloseWhileBusy(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func() (pkcs11.Config, func(string) int){
		"abandoned": func() (pkcs11.Config, func(string) int) {
			m := tampered(t)
			m.Delay("C_Decrypt", time.Millisecond)
			return m.Config(), m.Calls
		},
		"in this process": func() (pkcs11.Config, func(string) int) {
			return softhsm.New(t).Config(), func(string) int { return 0 }
		},
	} {
		for range rounds(t, 3) {
			c, calls := config()
			d, err := pkcs11.Open(t.Context(), c)
			require.NoError(t, err)
			s := stationed(t, d)
			var wg sync.WaitGroup
			var good atomic.Int64
			for caller := range 8 {
				wg.Go(func() {
					for i := caller; ; i++ {
						err := s.any(t.Context(), i)
						if is(err, hsm.ErrClosed) {
							return
						}
						if err != nil {
							t.Errorf("%s: operation %d: %v", name, i%16, err)
							return
						}
						good.Add(1)
					}
				})
			}
			more(t, &good, 20)
			var closers sync.WaitGroup
			for range 3 {
				closers.Go(func() {
					if err := d.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			closers.Wait()
			after := calls("C_Decrypt")
			require.False(t, pkcs11.Loaded(c.URI.ModulePath), name)
			wg.Wait()
			require.Equal(t, after, calls("C_Decrypt"), name)
			require.ErrorIs(t, s.translate(t.Context()), hsm.ErrClosed)
			require.NoError(t, d.Close())
		}
	}
}

// Closed while it is connected to anew.
func TestCloseWhileConnecting(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	d, err := pkcs11.Open(t.Context(), m.Config())
	require.NoError(t, err)
	s := stationed(t, d)
	release := m.Hang("C_Login")
	m.Fail("C_DecryptInit", p11.CKR_TOKEN_NOT_PRESENT, 0, 1)
	waits := make(chan error, 1)
	go func() { waits <- s.translate(t.Context()) }()
	require.Eventually(t, func() bool { return m.Hanging() == 1 }, forever, time.Millisecond)
	closed := make(chan error, 1)
	go func() { closed <- d.Close() }()
	require.Eventually(t, func() bool { return is(s.timed(t, 10*time.Millisecond, d.Ping), hsm.ErrClosed) }, forever, time.Millisecond)
	release()
	require.NoError(t, <-closed)
	require.ErrorIs(t, <-waits, hsm.ErrClosed)
	require.Zero(t, m.Sessions())
	require.False(t, pkcs11.Loaded(m.Config().URI.ModulePath))
}
