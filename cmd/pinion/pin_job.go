package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// result is the answer to one request, or what went wrong with it.
type result struct {
	answer answer
	err    error
}

// job answers requests that were read without fault, one result for each. Its
// error is for what concerns them all.
type job func(ctx context.Context, rs []request) ([]result, error)

// workers is how many requests of a batch are on their way to the device at the
// same time. Devices are often far away, and have several sessions.
const workers = 8

// each makes a job of what answers one request. The answers are in the order of
// the requests, whichever comes first.
func each(one func(ctx context.Context, r *request) (answer, error)) job {
	return func(ctx context.Context, rs []request) ([]result, error) {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		results := make([]result, len(rs))
		var next atomic.Int64
		var wg sync.WaitGroup
		for range min(workers, len(rs)) {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(rs)) && ctx.Err() == nil; i = next.Add(1) - 1 {
					a, err := one(ctx, &rs[i])
					if concernsAll(err) {
						stop(err) // the first cause counts
						return
					}
					results[i] = result{a, err}
				}
			})
		}
		wg.Wait()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return results, nil
	}
}

// concernsAll reports whether an error is about the command, not the record:
// with the same flags, every record would meet it.
func concernsAll(err error) bool {
	if err == nil {
		return false
	}
	if exitCode(err) == exitRefused {
		return true
	}
	for _, all := range []error{hsm.ErrClosed, pinblock.ErrFormat, pinblock.ErrKeySize, pinverify.ErrKey, errors.ErrUnsupported, context.Canceled,
		dukpt.ErrAlgorithm, dukpt.ErrStrength} {
		if errors.Is(err, all) {
			return true
		}
	}
	return false
}
