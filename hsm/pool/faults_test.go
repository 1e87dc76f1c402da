package pool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
)

// crowd is eight callers at work.
type crowd struct {
	began [8]atomic.Int64 // operations of each caller
	done  atomic.Bool
	wg    sync.WaitGroup

	mu   sync.Mutex
	errs []error
}

// load8 runs eight callers until stop is called, which returns how many operations
// they did and the errors they had.
func load8(t testing.TB, h *hsm.HSM) (stop func() (int, []error)) { return newCrowd(t, h).stop }

func newCrowd(t testing.TB, h *hsm.HSM) *crowd {
	t.Helper()
	l := &crowd{}
	for i := range l.began {
		c := newCaller(t, fmt.Sprintf("%05d", 7919*(i+1)))
		l.wg.Go(func() {
			ops := c.all()
			time.Sleep(time.Duration(i) * 700 * time.Microsecond) // in fake time, no two calls end at one moment
			for j := i; !l.done.Load(); j++ {
				l.began[i].Add(1)
				if err := ops[j%len(ops)](context.Background(), h); err != nil {
					l.mu.Lock()
					l.errs = append(l.errs, err)
					l.mu.Unlock()
				}
			}
		})
	}
	t.Cleanup(func() { l.stop() })
	return l
}

func (l *crowd) stop() (n int, errs []error) {
	l.done.Store(true)
	l.wg.Wait()
	for i := range l.began {
		n += int(l.began[i].Load())
	}
	return n, l.errs
}

// turnOver waits until no operation is under way that is now.
func (l *crowd) turnOver(t testing.TB) {
	t.Helper()
	for i := range l.began {
		now := l.began[i].Load()
		require.Eventually(t, func() bool { return l.began[i].Load() > now }, 10*time.Second, time.Millisecond)
	}
}

// Members die and come back, one after the other, under the load of eight callers.
// Nobody notices: each death costs as many tries as were in flight, and at most one
// more.
func TestKillAndReturn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		opts []pool.Option
	}{
		{"Active", nil},
		{"Standby", []pool.Option{pool.WithStandby()}},
		{"StandbyStay", []pool.Option{pool.WithStandbyStay()}},
		{"Limited", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				devices, limit := stocked(t, 3), 0
				if c.name == "Limited" {
					limit = 4
				}
				for _, d := range devices {
					d.took = 20 * time.Millisecond
				}
				p, h := newPool(t, devices, limit, c.opts...)
				stop := load8(t, h)
				for round := range 9 {
					d := devices[round%3]
					time.Sleep(1300 * time.Millisecond)
					before, failures := retries(p), stat(p, d.name).Failures
					atRisk := d.set(gone) + 1 // who was in flight, and who is the first to come after
					if limit > 0 {
						atRisk = 8 // who waits comes at the moment at which another one ends
					}
					time.Sleep(time.Duration(100+round*400) * time.Millisecond)
					require.LessOrEqual(t, retries(p)-before, uint64(atRisk), "what was in flight is tried again, and nothing else")
					require.Equal(t, retries(p)-before, stat(p, d.name).Failures-failures)
					if retries(p) > before {
						require.Equal(t, pool.Ejected, stat(p, d.name).State)
					}
					ops := stat(p, d.name).Operations
					time.Sleep(time.Second)
					require.Equal(t, ops, stat(p, d.name).Operations, "nothing goes to an ejected member")
					d.set(well)
					time.Sleep(2 * time.Second)
					require.Equal(t, pool.Serving, stat(p, d.name).State)
					if len(c.opts) == 0 {
						require.Greater(t, stat(p, d.name).Operations, ops, "traffic is back within two checks")
					}
				}
				n, errs := stop()
				require.Empty(t, errs)
				require.Greater(t, n, 5000)
				require.Positive(t, retries(p), "the test has seen deaths")
				for _, d := range devices {
					if limit > 0 {
						_, _, _, most := d.count()
						require.LessOrEqual(t, most, limit)
					}
					require.Zero(t, stat(p, d.name).InFlight)
				}
			})
		})
	}
}

// The same in real time and in disorder, for the race detector: who dies when is
// left to chance, but never all at once.
func TestKillInDisorder(t *testing.T) {
	t.Parallel()
	devices := stocked(t, 3)
	for _, d := range devices {
		d.took = 50 * time.Microsecond
	}
	// A device that is gone says so: the time of a check is for a machine that is busy,
	// on which another member would be ejected that is well.
	p, h := newPool(t, devices, 3, pool.WithCheckInterval(2*time.Millisecond), pool.WithCheckTimeout(10*time.Second))
	l := newCrowd(t, h)
	for round := range 60 {
		d := devices[round%3]
		d.set(gone)
		time.Sleep(3 * time.Millisecond)
		d.set(well)
		require.Eventually(t, func() bool {
			for _, s := range p.Stats() {
				if s.State != pool.Serving {
					return false
				}
			}
			return true
		}, 10*time.Second, time.Millisecond)
		l.turnOver(t) // or a slow operation would meet three deaths
	}
	_, errs := l.stop()
	require.Empty(t, errs)
	for _, d := range devices {
		_, _, _, most := d.count()
		require.LessOrEqual(t, most, 3)
	}
}

// A member that stops, and neither answers nor goes, costs a time limit and no more.
func TestStoppedMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0, pool.WithTryTimeout(50*time.Millisecond))
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		devices[0].set(hung)
		for range 4 {
			start := time.Now()
			require.NoError(t, c.translate(t.Context(), h))
			require.LessOrEqual(t, time.Since(start), 60*time.Millisecond)
		}
		require.EqualValues(t, 1, retries(p))
		s := stat(p, "a")
		require.Equal(t, pool.Ejected, s.State)
		require.Equal(t, "did not answer in time", s.LastFailure)
		devices[0].set(well)
		time.Sleep(2 * time.Second)
		require.Equal(t, pool.Serving, stat(p, "a").State)
	})
}

// Without a limit for tries the caller's context is the limit, and the health check finds
// the member. The caller's context is not the member's fault.
func TestCallersContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 1)
		p, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		devices[0].set(hung)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, c.translate(ctx, h), context.DeadlineExceeded)
		require.Equal(t, pool.Serving, stat(p, "a").State)
		require.Zero(t, stat(p, "a").Failures)
		time.Sleep(2*time.Second + 10*time.Millisecond)
		require.Equal(t, pool.Ejected, stat(p, "a").State)
		err := c.translate(t.Context(), h)
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		require.ErrorContains(t, err, "a (ejected): did not answer in time")
	})
}

// A device that ignores its context has one health check at a time, is ejected also if
// it takes more failures than one, and does not hinder the others. Close does not wait
// for the check.
func TestDeafMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0, pool.WithFailures(3))
		devices[0].set(deaf)
		time.Sleep(9500 * time.Millisecond)
		require.Equal(t, pool.Ejected, stat(p, "a").State)
		require.Contains(t, stat(p, "a").LastFailure, "no answer yet")
		_, _, pings, _ := devices[0].count()
		require.Equal(t, 1, pings)
		_, _, pings, _ = devices[1].count()
		require.Equal(t, 9, pings)
		require.NoError(t, newCaller(t, "1234").translate(t.Context(), h))
		devices[0].set(well)
		time.Sleep(2 * time.Second)
		require.Equal(t, pool.Serving, stat(p, "a").State)

		devices[0].set(deaf)
		time.Sleep(3 * time.Second)
		closed := make(chan error)
		go func() { closed <- p.Close() }()
		select {
		case err := <-closed:
			require.NoError(t, err)
		case <-time.After(time.Second):
			require.Fail(t, "Close waits")
		}
		devices[0].set(well) // or a goroutine is left, and synctest says so
	})
}

// Answers are not failures: they are not tried again, and nobody is ejected.
func TestAnswersAreNotRetried(t *testing.T) {
	t.Parallel()
	for _, answer := range []error{hsm.ErrWrongPIN, hsm.ErrBlock, hsm.ErrWeakPIN,
		&hsm.Error{Err: hsm.ErrKeyUsage}, &hsm.Error{Err: hsm.ErrDevice, Code: "CKR_GENERAL_ERROR", Hint: "look"}, errors.New("input")} {
		synctest.Test(t, func(t *testing.T) {
			devices := stocked(t, 3)
			p, h := newPool(t, devices, 0)
			for _, d := range devices {
				d.fails = answer
			}
			_, err := h.TranslatePIN(t.Context(), newCaller(t, "1234").translation())
			require.ErrorIs(t, err, answerKind(answer))
			calls := 0
			for _, d := range devices {
				n, _, _, _ := d.count()
				calls += n
				require.Equal(t, pool.Serving, stat(p, d.name).State)
			}
			require.Equal(t, 1, calls)
			if errors.Is(answer, hsm.ErrDevice) {
				require.Regexp(t, `CKR_GENERAL_ERROR\); member [abc]: look`, err.Error(), "it says which member")
			}
		})
	}
}

func answerKind(err error) error {
	var e *hsm.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// All members away is an error that says what each said, and it ends by itself.
func TestAllAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		for _, d := range devices {
			d.set(gone)
		}
		for range 3 {
			err := c.translate(t.Context(), h)
			require.ErrorIs(t, err, hsm.ErrUnavailable)
			require.ErrorContains(t, err, "a (ejected): hsm: the device does not answer; trying again may help (CKR_DEVICE_REMOVED); b (ejected): hsm:")
		}
		require.ErrorIs(t, h.Ping(t.Context()), hsm.ErrUnavailable)
		_, err := h.ListKeys(t.Context())
		require.ErrorIs(t, err, hsm.ErrUnavailable)
		_, err = h.KeyInfo(t.Context(), "nobody")
		require.ErrorIs(t, err, hsm.ErrUnavailable, "who could know?")
		for _, s := range p.Stats() {
			require.EqualValues(t, 1, s.Failures, "one try each")
		}
		require.EqualValues(t, 1, retries(p))
		devices[1].set(well)
		time.Sleep(2 * time.Second)
		require.NoError(t, c.translate(t.Context(), h))
		require.NoError(t, h.Ping(t.Context()))
		require.Equal(t, pool.Ejected, stat(p, "a").State)
	})
}

// Two of three die at the same time, and still no call fails.
func TestTwoOfThree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		p, h := newPool(t, devices, 0)
		stop := load8(t, h)
		time.Sleep(50 * time.Millisecond)
		n := devices[0].set(gone) + devices[2].set(gone)
		time.Sleep(50 * time.Millisecond)
		_, errs := stop()
		require.Empty(t, errs)
		require.LessOrEqual(t, retries(p), uint64(n+8), "and each of the first may meet the second")
		require.Positive(t, retries(p))
	})
}

// A batch of which an item had no answer is done by another member.
func TestBatchWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		devices[0].loses = true
		p, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		for range 3 {
			require.NoError(t, c.batch(t.Context(), h))
		}
		require.EqualValues(t, 1, retries(p))
	})
}

// A health check finds the dead before a caller does.
func TestIdlePool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0, pool.WithCheckInterval(time.Minute))
		devices[0].set(gone)
		time.Sleep(2 * time.Minute)
		require.Equal(t, pool.Ejected, stat(p, "a").State)
		c := newCaller(t, "1234")
		for range 4 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Zero(t, retries(p))
		require.Zero(t, stat(p, "a").Operations)
	})
}

// A member that fails now and then stays, if it may fail more often than once in a
// row.
func TestFailuresInARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 0, pool.WithFailures(3), pool.WithStandby(), pool.WithCheckInterval(time.Hour))
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		for range 3 {
			for range 2 {
				devices[0].set(gone)
				require.NoError(t, c.translate(t.Context(), h))
				require.Equal(t, pool.Serving, stat(p, "a").State)
			}
			devices[0].set(well)
			require.NoError(t, c.translate(t.Context(), h))
		}
		devices[0].set(gone)
		for range 3 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Equal(t, pool.Ejected, stat(p, "a").State)
		require.EqualValues(t, 9, retries(p))
	})
}
