package pool_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pool"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

func calls(devices []*faulty) (n []int) {
	for _, d := range devices {
		c, _, _, _ := d.count()
		n = append(n, c)
	}
	return n
}

// The work is shared in turn, and a slow member gets less of it.
func TestShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 3)
		_, h := newPool(t, devices, 0)
		c := newCaller(t, "1234")
		for range 30 {
			require.NoError(t, c.translate(t.Context(), h))
		}
		require.Equal(t, []int{10, 10, 10}, calls(devices))

		devices[1].took = 10 * time.Millisecond
		stop := load8(t, h)
		time.Sleep(2 * time.Second)
		_, errs := stop()
		require.Empty(t, errs)
		n := calls(devices)
		require.Greater(t, n[0], 4*n[1])
		require.Greater(t, n[2], 4*n[1])
		require.Greater(t, n[1], 200, "but it gets some")
	})
}

// In standby one member has all the work.
func TestStandby(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		opt  pool.Option
		back int // who works when all are well again
	}{{"Back", pool.WithStandby(), 0}, {"Stay", pool.WithStandbyStay(), 1}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				devices := stocked(t, 3)
				_, h := newPool(t, devices, 0, c.opt)
				who := newCaller(t, "1234")
				work := func(want int) {
					t.Helper()
					before := calls(devices)
					for range 5 {
						require.NoError(t, who.translate(t.Context(), h))
					}
					after := calls(devices)
					for i := range after {
						require.Equal(t, i == want, after[i]-before[i] == 5, "%d", i)
					}
				}
				work(0)
				devices[0].set(gone)
				require.NoError(t, who.translate(t.Context(), h))
				work(1)
				devices[0].set(well)
				time.Sleep(2 * time.Second)
				work(c.back)
				devices[c.back].set(gone)
				require.NoError(t, who.translate(t.Context(), h))
				work(1 - c.back)
			})
		})
	}
}

// A member's limit holds; who waits is served in the order of coming, prefers a member
// with room, and stops waiting when the context ends.
func TestLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, err := pool.New([]pool.Member{{Name: "a", Device: devices[0], Limit: 1}, {Name: "b", Device: devices[1], Limit: 2}})
		require.NoError(t, err)
		defer func() { require.NoError(t, p.Close()) }()
		h := hsm.New(p)
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h)) // the keys are known now
		for _, d := range devices {
			d.took = 100 * time.Millisecond
		}
		start := time.Now()
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		for i := range 9 {
			wg.Go(func() {
				require.NoError(t, c.translate(t.Context(), h))
				require.Equal(t, time.Duration(i/3+1)*100*time.Millisecond, time.Since(start).Truncate(50*time.Millisecond), "caller %d", i)
				mu.Lock()
				order = append(order, i/3)
				mu.Unlock()
			})
			time.Sleep(time.Microsecond)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, c.translate(ctx, h), context.DeadlineExceeded)
		require.Less(t, time.Since(start), 40*time.Millisecond)
		wg.Wait()
		require.Equal(t, []int{0, 0, 0, 1, 1, 1, 2, 2, 2}, order)
		_, _, _, most := devices[0].count()
		require.Equal(t, 1, most)
		_, _, _, most = devices[1].count()
		require.Equal(t, 2, most)
	})
}

// Who waits for a member that dies goes to another, or is told.
func TestWaitersOfTheDead(t *testing.T) {
	t.Parallel()
	for _, left := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			devices := stocked(t, left)
			_, h := newPool(t, devices, 1, pool.WithStandby())
			c := newCaller(t, "1234")
			require.NoError(t, c.translate(t.Context(), h))
			devices[0].took = 20 * time.Second
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					err := c.translate(t.Context(), h)
					if left == 1 {
						require.ErrorIs(t, err, hsm.ErrUnavailable)
					} else {
						require.NoError(t, err)
					}
				})
			}
			start := time.Now()
			time.Sleep(time.Second / 2)
			devices[0].set(gone)
			time.Sleep(time.Second) // the health check sees it
			if left == 2 {
				n, _, _, _ := devices[1].count()
				require.Equal(t, 4, n, "those who waited were served")
			}
			wg.Wait()
			require.Less(t, time.Since(start), 21*time.Second)
		})
	}
}

// Who stops waiting at the moment at which a place is free does not keep it.
func TestLatePlace(t *testing.T) {
	t.Parallel()
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			devices := stocked(t, 1)
			p, h := newPool(t, devices, 1)
			c := newCaller(t, "1234")
			require.NoError(t, c.translate(t.Context(), h))
			var wg sync.WaitGroup
			ctx, cancel := context.WithCancel(t.Context())
			wg.Go(func() {
				_ = c.translate(t.Context(), h)
				cancel()
			})
			synctest.Wait()
			for range 2 {
				wg.Go(func() { _ = c.translate(ctx, h) })
			}
			wg.Wait()
			require.Zero(t, stat(p, "a").InFlight)
			require.NoError(t, c.translate(t.Context(), h))
		})
	}
}

// Close ends the waiting for a member that does not give its place back.
func TestCloseOfWaiters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 1)
		p, h := newPool(t, devices, 1)
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		devices[0].set(deaf)
		errs := make(chan error, 2)
		for range 2 {
			go func() { errs <- c.translate(context.Background(), h) }()
		}
		time.Sleep(time.Second / 2)
		require.NoError(t, p.Close())
		synctest.Wait()
		require.Len(t, errs, 1)
		require.ErrorIs(t, <-errs, hsm.ErrClosed)
		devices[0].set(well)
		<-errs
	})
}

// Close ends the checks, the waiting and the members, and leaves no goroutine: synctest
// would not return.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		p, h := newPool(t, devices, 1)
		c := newCaller(t, "1234")
		require.NoError(t, c.translate(t.Context(), h))
		for _, d := range devices {
			d.took = time.Second
		}
		var wg sync.WaitGroup
		var done atomic.Int32
		for range 6 {
			wg.Go(func() {
				if err := c.translate(t.Context(), h); err == nil {
					done.Add(1)
				} else {
					require.ErrorIs(t, err, hsm.ErrClosed)
				}
			})
		}
		time.Sleep(time.Millisecond)
		require.NoError(t, p.Close())
		require.NoError(t, p.Close(), "twice is no harm")
		require.ErrorIs(t, devices[0].Device.Ping(t.Context()), hsm.ErrClosed)
		require.ErrorIs(t, devices[1].Device.Ping(t.Context()), hsm.ErrClosed)
		wg.Wait()
		require.LessOrEqual(t, done.Load(), int32(2), "those that were in the devices may end")
		_, _, before, _ := devices[0].count()
		time.Sleep(time.Minute)
		_, _, after, _ := devices[0].count()
		require.Equal(t, before, after)
		_, err := p.Check(t.Context())
		require.ErrorIs(t, err, hsm.ErrClosed)
		_, err = p.FindKey(t.Context(), "zpk")
		require.ErrorIs(t, err, hsm.ErrClosed)
	})
}

// The function for changes is told all of them, in order, and may use the pool.
func TestStateFunc(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		devices := stocked(t, 2)
		var p *pool.Pool
		var h *hsm.HSM
		var mu sync.Mutex
		var seen []pool.StateChange
		c := newCaller(t, "1234")
		p, h = newPool(t, devices, 0, pool.WithStateFunc(func(s pool.StateChange) {
			mu.Lock()
			seen = append(seen, s)
			mu.Unlock()
			require.Equal(t, s.State, stat(p, s.Member).State)
			require.Equal(t, s.At, stat(p, s.Member).Since)
			require.NoError(t, c.translate(context.Background(), h))
		}))
		for _, d := range []int{0, 1, 0} {
			devices[d].set(gone)
			time.Sleep(2 * time.Second)
			devices[d].set(well)
			time.Sleep(2 * time.Second)
		}
		mu.Lock()
		defer mu.Unlock()
		require.Len(t, seen, 6)
		for i, s := range seen {
			require.Equal(t, []string{"a", "a", "b", "b", "a", "a"}[i], s.Member)
			require.Equal(t, []pool.State{pool.Ejected, pool.Serving}[i%2], s.State)
			require.Equal(t, i%2 == 0, s.Err != nil)
		}
		require.ErrorIs(t, seen[0].Err, hsm.ErrUnavailable)
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := pool.Member{Name: "a", Device: soft.New()}
	for name, c := range map[string]struct {
		members []pool.Member
		opts    []pool.Option
	}{
		"no members":       {nil, nil},
		"no name":          {[]pool.Member{{Device: soft.New()}}, nil},
		"no device":        {[]pool.Member{{Name: "a"}}, nil},
		"one name for two": {[]pool.Member{good, good}, nil},
		"negative limit":   {[]pool.Member{{Name: "a", Device: soft.New(), Limit: -1}}, nil},
		"no interval":      {[]pool.Member{good}, []pool.Option{pool.WithCheckInterval(0)}},
		"no time":          {[]pool.Member{good}, []pool.Option{pool.WithCheckTimeout(0)}},
		"no failures":      {[]pool.Member{good}, []pool.Option{pool.WithFailures(0)}},
		"negative try":     {[]pool.Member{good}, []pool.Option{pool.WithTryTimeout(-1)}},
	} {
		_, err := pool.New(c.members, c.opts...)
		require.Error(t, err, name)
	}
}

// A pool allows clear PINs in the process by itself only if all its members do.
func TestThrowAway(t *testing.T) {
	t.Parallel()
	serious := struct{ hsm.Device }{soft.New()}
	for want, list := range map[bool][]pool.Member{
		true:  {{Name: "a", Device: soft.New()}, {Name: "b", Device: soft.New()}},
		false: {{Name: "a", Device: soft.New()}, {Name: "b", Device: serious}},
	} {
		p, err := pool.New(list)
		require.NoError(t, err)
		require.Equal(t, want, p.ThrowAway())
		require.Equal(t, "pool of a, b", p.Name())
		require.NoError(t, p.Close())
	}
}
