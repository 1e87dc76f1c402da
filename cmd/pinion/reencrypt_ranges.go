package main

import (
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// ranges holds the flags that are numbers to what they may be. Only those that were given
// are looked at: --sample has a 0 where it was not.
func (r *reencryptFlags) ranges(c *cobra.Command, q *queueFlags) error {
	for _, f := range []rangeOf{
		number("batch", r.batch, 1, reencrypt.MaxBatch),
		number("checkpoint", r.checkpoint, 1, math.MaxInt),
		number("workers", r.workers, 1, queue.MaxWorkers),
		number("sample", r.sample, 1, reencrypt.MaxSample),
		number("ahead", q.ahead, queue.MinAhead, math.MaxInt),
		{"wait", r.wait >= 0, "0s or more"},
		{"progress", r.tick >= 0, "0s or more"},
		{"call-timeout", r.timeout > 0, "more than 0s"},
		{"rescue", q.rescue >= time.Second, "1s or more"},
		{"forget-idle", q.runs.idle >= time.Minute, "1m or more"},
	} {
		if c.Flags().Changed(f.flag) && !f.ok {
			return usage("--%s: want %s", f.flag, f.want)
		}
	}
	return nil
}

// rangeOf is what a flag may be, and whether it is.
type rangeOf struct {
	flag string
	ok   bool
	want string
}

func number(flag string, value, least, most int) rangeOf {
	want := fmt.Sprintf("%d or more", least)
	if most < math.MaxInt {
		want = fmt.Sprintf("%d to %d", least, most)
	}
	return rangeOf{flag, value >= least && value <= most, want}
}
