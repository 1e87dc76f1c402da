//go:build cgo && unix

package pkcs11_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/softhsm"
)

// storm has eight callers ask n times in all, none longer than the given time. It
// returns how many were told that the token hangs.
func (s *station) storm(t *testing.T, n int, patience time.Duration) (stuck int) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for caller := range 8 {
		wg.Go(func() {
			for i := caller; i < n; i += 8 {
				err := s.timed(t, patience, func(ctx context.Context) error { return s.any(ctx, i) })
				switch {
				case err == nil:
				case !excused(err):
					t.Errorf("operation %d: %v", i%16, err)
				case is(err, hsm.ErrUnavailable):
					mu.Lock()
					stuck++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return stuck
}

// A token that hangs: contexts end the wait; of the calls that are left behind there
// are no more than twice the sessions, however many are made; then callers are told
// at once. When it goes on it works again by itself, and nothing is left behind.
func TestStopped(t *testing.T) {
	t.Parallel()
	server, m := p11rig.ServeTampered(t, softhsm.New(t))
	m.Record(false)
	s := stationed(t, open(t, server.Config()))
	watched(t, func(count func() int) {
		before := m.Sessions()
		for range rounds(t, 2) {
			require.Zero(t, s.storm(t, 100, forever), "it does not hang yet")
			server.Stop()
			require.Greater(t, s.storm(t, 4000, 50*time.Millisecond), 3000)
			n := pkcs11.Count(s.d)
			require.LessOrEqual(t, n.Abandoned, 2*n.Most)
			require.LessOrEqual(t, n.Users, 2*n.Most)
			require.LessOrEqual(t, count(), 2*n.Most+8)
			err := s.translate(t.Context()) // whose context does not end
			require.ErrorIs(t, err, hsm.ErrUnavailable)
			require.ErrorContains(t, err, "the token hangs")

			server.Continue()
			s.recovers(t)
			s.calm(t)
			require.LessOrEqual(t, m.Sessions(), before+n.Most)
			require.Eventually(t, func() bool { return count() == 0 }, forever, 5*time.Millisecond)
		}
	})
}

// The same while others go on asking.
func TestStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	server, s := served(t)
	c := s.ask(t, 100*time.Millisecond)
	var back comebacks
	for range rounds(t, 3) {
		more(t, &c.good, 50)
		server.Stop()
		more(t, &c.bad, 200)
		server.Continue()
		start := time.Now()
		more(t, &c.good, 1)
		back.since(t, start)
	}
	back.kept(t)
	// And killed while it is stopped, which is how a hung HSM is restarted.
	back = nil
	for range rounds(t, 3) {
		more(t, &c.good, 50)
		server.Stop()
		more(t, &c.bad, 100)
		server.Kill()
		more(t, &c.bad, 8)
		server.Start()
		start := time.Now()
		more(t, &c.good, 1)
		back.since(t, start)
	}
	back.kept(t)
	c.end()
	s.calm(t)
}

// Close does not wait for a token that hangs longer than it says, and what it leaves
// behind goes when the token goes on.
func TestCloseWhileStopped(t *testing.T) {
	t.Parallel()
	server := p11rig.Serve(t, softhsm.New(t))
	d, err := pkcs11.Open(t.Context(), server.Config())
	require.NoError(t, err)
	s := stationed(t, d)
	watched(t, func(count func() int) {
		server.Stop()
		s.storm(t, 100, 50*time.Millisecond)
		start := time.Now()
		err := d.Close()
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.ErrorContains(t, err, "closed, but")
		require.Less(t, time.Since(start), pkcs11.Grace+slack)
		require.ErrorIs(t, s.translate(t.Context()), hsm.ErrClosed)
		require.NoError(t, d.Close(), "it is closed")
		server.Continue()
		require.Eventually(t, func() bool { return !pkcs11.Loaded(server.Config().URI.ModulePath) }, forever, time.Millisecond)
		require.Eventually(t, func() bool { return count() == 0 }, forever, 5*time.Millisecond)
	})
	again := open(t, server.Config())
	require.NoError(t, stationedAgain(t, again, s).translate(t.Context()))
}

// Open returns with its context, however often it is tried, and leaves no more than
// one attempt behind. (Not in parallel: a private copy's library that hangs when it is
// initialized has the environment of the process.)
func TestOpenStopped(t *testing.T) {
	server := p11rig.Serve(t, softhsm.New(t))
	watched(t, func(count func() int) {
		server.Stop()
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			start := time.Now()
			_, err := pkcs11.Open(ctx, server.Config())
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Less(t, time.Since(start), slack)
		}
		require.Eventually(t, func() bool { return count() <= 2 }, forever, 5*time.Millisecond, "%d", count())
		server.Continue()
		require.NoError(t, open(t, server.Config()).Ping(t.Context()))
		require.Eventually(t, func() bool { return pkcs11.References(server.Config().URI.ModulePath) <= 2 }, forever, time.Millisecond)
		require.Eventually(t, func() bool { return count() == 0 }, forever, 5*time.Millisecond)
	})
}

// A device that connects anew to a token that hangs leaves one attempt behind.
func TestReconnectStopped(t *testing.T) {
	server, s := served(t)
	watched(t, func(count func() int) {
		server.Kill()
		require.ErrorIs(t, s.translate(t.Context()), hsm.ErrUnavailable)
		server.Start()
		server.Stop()
		s.storm(t, 80, 20*time.Millisecond)
		require.LessOrEqual(t, count(), 2)
		err := s.timed(t, 10*time.Millisecond, s.translate)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "connected to anew")
		server.Continue()
		s.recovers(t)
		s.calm(t)
		require.Eventually(t, func() bool { return count() == 0 }, forever, 5*time.Millisecond)
	})
}
