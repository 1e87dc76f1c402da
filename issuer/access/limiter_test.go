package access

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLimiterConcurrently(t *testing.T) {
	t.Parallel()
	l, err := NewLimiter(Limits{PerCard: Rate{PerSecond: 1e-3, Burst: 100}})
	require.NoError(t, err)
	var allowed [4]atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range 400 {
				card := i % len(allowed)
				if ok, _ := l.AllowCard(fmt.Sprint(card)); ok {
					allowed[card].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for i := range allowed {
		require.EqualValues(t, 100, allowed[i].Load())
	}
}

func TestLimiterMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l, err := NewLimiter(Limits{PerCard: Rate{PerSecond: 0.001, Burst: 2}, PerAddress: Rate{PerSecond: 1}})
	require.NoError(t, err)
	l.cards.max, l.addresses.max = 100, 100
	spend := func() bool { ok, _ := l.AllowCard("victim"); return ok }
	require.True(t, spend())
	require.True(t, spend())
	for i := range 10_000 {
		l.AllowCard(fmt.Sprint("unknown", i))
		l.Refused(fmt.Sprintf("[2001:db8:%x::1]:1", i))
		l.AllowAddress(fmt.Sprintf("[2001:db9:%x::1]:1", i))
		if i%50 == 0 {
			require.False(t, spend(), "a card that is being asked about is not forgotten in a flood")
		}
	}
	for _, b := range []*buckets{l.cards, l.addresses} {
		require.Len(t, b.byKey, 100)
		require.Equal(t, 100, b.used.Len())
	}
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	zero, err := NewLimiter(Limits{})
	require.NoError(t, err)
	for _, l := range []*Limiter{zero, nil} {
		for range 1000 {
			l.Refused("192.0.2.1:1")
			for _, allow := range []func(string) (bool, time.Duration){l.AllowCard, l.AllowClient, l.AllowAddress} {
				ok, wait := allow("192.0.2.1:1")
				require.True(t, ok)
				require.Zero(t, wait)
			}
		}
	}
	require.Empty(t, zero.cards.byKey)
}

func TestRefusedAttemptIsNotCounted(t *testing.T) {
	t.Parallel()
	l, err := NewLimiter(Limits{PerClient: Rate{PerSecond: 1, Burst: 1}})
	require.NoError(t, err)
	start := time.Now()
	now := start
	l.now = func() time.Time { return now }
	for second := range 5 {
		now = start.Add(time.Duration(second) * time.Second)
		ok, _ := l.AllowClient("a")
		require.True(t, ok)
		for range 10 { // whoever keeps knocking is let in as soon as who waits
			ok, wait := l.AllowClient("a")
			require.False(t, ok)
			require.Equal(t, time.Second, wait)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	for _, bad := range []Rate{
		{PerSecond: -1, Burst: 1}, {PerSecond: 1, Burst: -1}, {Burst: 1}, {PerSecond: math.NaN()}, {PerSecond: math.Inf(1)}, {PerSecond: 1e-9},
	} {
		for _, l := range []Limits{{PerClient: bad}, {PerCard: bad}, {PerAddress: bad}} {
			_, err := NewLimiter(l)
			require.Equal(t, ErrRate, err, "%+v", bad)
		}
	}
	r, err := Rate{PerSecond: 2.5}.normal()
	require.NoError(t, err)
	require.Equal(t, 3, r.Burst)
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.1:443":              "192.0.2.1",
		"[::ffff:192.0.2.1]:443":     "192.0.2.1",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:443":         "fe80::/64",
		"@":                          "@",
		"":                           "",
	} {
		require.Equal(t, want, network(remote))
	}
}
