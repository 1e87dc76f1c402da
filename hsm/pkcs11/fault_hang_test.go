//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/softhsm"
)

// One function of the library that hangs, whichever it is, while the connection is
// lost too so that it is made anew: no call returns after its context, what is left
// behind is bounded, and when the function returns all is as it was.
func TestHang(t *testing.T) {
	t.Parallel()
	for fn, broken := range map[string]bool{
		"C_OpenSession": true, "C_CloseSession": true, "C_Login": true, "C_GetSlotList": true, "C_GetTokenInfo": true, "C_GetSessionInfo": true,
		"C_Decrypt": true, "C_Encrypt": false, "C_FindObjectsInit": true, "C_GetAttributeValue": false, "C_CopyObject": true,
		"C_GenerateKey": false, "C_SetAttributeValue": false, "C_DestroyObject": false} {
		t.Run(fn, func(t *testing.T) {
			t.Parallel()
			m := tampered(t)
			s := stationed(t, open(t, m.Config()))
			require.NoError(t, s.translate(t.Context()))
			watched(t, func(count func() int) {
				release := m.Hang(fn)
				if broken {
					m.Fail("C_DecryptInit", p11.CKR_DEVICE_ERROR, 0, 1)
				}
				s.storm(t, 300, 20*time.Millisecond)
				n := pkcs11.Count(s.d)
				require.LessOrEqual(t, n.Users, 2*n.Most)
				require.LessOrEqual(t, count(), 2*16+8)
				release()
				s.recovers(t)
				s.calm(t)
				require.Eventually(t, func() bool { return count() == 0 && m.Hanging() == 0 }, forever, 5*time.Millisecond)
				require.Eventually(t, func() bool { return m.Sessions() <= 1+pkcs11.Count(s.d).Sessions }, forever, time.Millisecond,
					"sessions that nobody knows")
			})
			require.Zero(t, s.storm(t, 32, forever))
		})
	}
}

// Sessions in calls that hang are replaced: others go on, as long as there are no
// more than twice as many as the device may have.
func TestHungSessionsAreReplaced(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	c := m.Config()
	c.Sessions = 2
	s := stationed(t, open(t, c))
	require.NoError(t, s.translate(t.Context()))
	release := m.Hang("C_Decrypt")
	for n := 1; n <= 4; n++ {
		require.ErrorIs(t, s.timed(t, 20*time.Millisecond, s.translate), context.DeadlineExceeded, n)
		require.Equal(t, n, m.Hanging())
		if n < 4 {
			require.NoError(t, s.life(t.Context()), "another session")
		}
	}
	for range 3 {
		err := s.life(t.Context())
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.ErrorContains(t, err, "restart what the library talks to")
	}
	require.Equal(t, 5, m.Sessions())

	release()
	s.calm(t)
	require.NoError(t, s.translate(t.Context()))
	require.LessOrEqual(t, m.Sessions(), 3)
}

// As soon as one of the calls that hang returns, whichever it is, another has its
// place.
func TestHungSessionReturns(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 1} {
		c := tampered(t).Config()
		c.Sessions = 1
		s := stationed(t, open(t, c))
		var release [2]chan struct{}
		for i := range release {
			release[i] = make(chan struct{})
			err := s.timed(t, 10*time.Millisecond, func(ctx context.Context) error {
				return pkcs11.OnSession(ctx, s.d, func(*p11.Ctx, p11.SessionHandle) error { <-release[i]; return nil })
			})
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.ErrorIs(t, s.translate(t.Context()), hsm.ErrUnavailable)
		close(release[first])
		s.recovers(t)
		require.Equal(t, 1, pkcs11.Count(s.d).Abandoned)
		close(release[1-first])
		s.calm(t)
		require.NoError(t, s.translate(t.Context()))
	}
}

// Where the token has no more sessions to replace those that hang, callers are told
// so, and do not wait for what may not come back.
func TestHungSessionsCannotBeReplaced(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	c := m.Config()
	c.Sessions = 2
	s := stationed(t, open(t, c))
	m.MaxSessions(3)
	release := m.Hang("C_Decrypt")
	for range 2 {
		s.abandoned(t, m)
	}
	err := s.translate(t.Context())
	require.ErrorIs(t, err, hsm.ErrUnavailable)
	require.ErrorContains(t, err, "CKR_SESSION_COUNT")
	release()
	s.calm(t)
	require.NoError(t, s.translate(t.Context()))
}

// abandoned leaves a translation that hangs in the library.
func (s *station) abandoned(t *testing.T, m *p11rig.Tamper) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before, ended := m.Hanging(), make(chan error, 1)
	go func() { ended <- s.translate(ctx) }()
	require.Eventually(t, func() bool { return m.Hanging() == before+1 }, forever, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

// The one session of a token that has no other hangs: who comes is told, and it
// works again when it returns.
func TestOnlySessionHangs(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	m.MaxSessions(1)
	s := stationed(t, open(t, m.Config()))
	release := m.Hang("C_Decrypt")
	s.abandoned(t, m)
	for range 100 {
		require.ErrorIs(t, s.translate(t.Context()), hsm.ErrUnavailable)
	}
	require.Equal(t, 1, m.Hanging())
	release()
	s.recovers(t)
	s.calm(t)
}

// A library that does not return from C_Finalize holds up nobody but those who want
// it themselves.
func TestHangInFinalize(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	d, err := pkcs11.Open(t.Context(), m.Config())
	require.NoError(t, err)
	release := m.Hang("C_Finalize")
	start := time.Now()
	closed := make(chan error, 1)
	go func() { closed <- d.Close() }()
	require.Eventually(t, func() bool { return m.Hanging() == 1 }, forever, time.Millisecond)
	require.NoError(t, open(t, softhsm.New(t).Config()).Ping(t.Context()), "another library")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = pkcs11.Open(ctx, m.Config())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, <-closed, hsm.ErrUnavailable)
	require.Less(t, time.Since(start), pkcs11.Grace+slack)
	release()
	require.NoError(t, open(t, m.Config()).Ping(t.Context()))
}

// When Close returns, the library has been finalized: nothing that went on behind Open
// has it a moment longer.
func TestCloseFinalizes(t *testing.T) {
	t.Parallel()
	m := tampered(t)
	before := m.Calls("C_Finalize")
	for round := range 300 {
		d, err := pkcs11.Open(t.Context(), m.Config())
		require.NoError(t, err)
		require.NoError(t, d.Close())
		require.Equal(t, before+round+1, m.Calls("C_Finalize"))
	}
}
