package main

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// call is one call of the front: the i-th of a worker.
type call func(ctx context.Context, worker, i int) error

// sampled is how fast calls were.
type sampled struct {
	rate     float64 // calls a second
	p50, p99 time.Duration
}

// sample makes calls from n goroutines at once for some time, after a warm-up.
func sample(ctx context.Context, f call, n int, each time.Duration) (sampled, error) {
	if _, err := atOnce(ctx, f, n, each/10); err != nil {
		return sampled{}, err
	}
	return atOnce(ctx, f, n, each)
}

func atOnce(ctx context.Context, f call, n int, each time.Duration) (sampled, error) {
	var (
		wg    sync.WaitGroup
		stop  atomic.Bool
		times = make([]histogram, n)
		errs  = make([]error, n)
	)
	start := time.Now()
	for worker := range n {
		wg.Go(func() {
			for i, now := 0, start; !stop.Load(); i++ {
				if errs[worker] = f(ctx, worker, i); errs[worker] != nil {
					stop.Store(true)
					return
				}
				next := time.Now()
				times[worker].add(next.Sub(now))
				if now = next; now.Sub(start) >= each {
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	var all histogram
	for worker := range n {
		if errs[worker] != nil {
			return sampled{}, errs[worker]
		}
		all.merge(&times[worker])
	}
	return sampled{float64(all.n) / took.Seconds(), all.quantile(0.5), all.quantile(0.99)}, nil
}

// histogram counts times in buckets, each 2 % longer than the one before: so that
// a long measurement takes no more memory than a short one.
type histogram struct {
	n       int
	buckets [1600]int // from a nanosecond to more than a day
}

const growth = 1.02

func (h *histogram) add(d time.Duration) {
	i := 0
	if d > 1 {
		i = min(int(math.Log(float64(d))/math.Log(growth)), len(h.buckets)-1)
	}
	h.buckets[i]++
	h.n++
}

func (h *histogram) merge(other *histogram) {
	h.n += other.n
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// quantile returns the time that a part q of all calls do not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	seen := 0
	for i, n := range h.buckets {
		if seen += n; n > 0 && float64(seen) >= q*float64(h.n) {
			return time.Duration(math.Pow(growth, float64(i)+0.5))
		}
	}
	return 0
}
