package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
)

func TestProgressText(t *testing.T) {
	t.Parallel()
	start := time.Now()
	p := progress{began: start}
	require.Equal(t, "0 rows, 0 rejected", p.text(reencrypt.Reading{}, start))
	// A run that is resumed reads what was done, and its rate is that of what it
	// does itself.
	resumed := reencrypt.Reading{Rows: 1000, Before: 1000, Read: 50_000, Total: 100_000, Rejected: 3}
	require.Equal(t, "1000 rows, 50.0 %, 3 rejected", p.text(resumed, start.Add(time.Minute)))
	resumed.Rows, resumed.Read = 1500, 75_000
	require.Equal(t, "1500 rows, 75.0 %, 50 rows/s, 10s left, 3 rejected", p.text(resumed, start.Add(time.Minute+10*time.Second)))
	resumed.Waiting = 90 * time.Second
	require.Contains(t, p.text(resumed, start.Add(2*time.Minute)), ", waiting for the device for 1m30s")
	require.Equal(t, "7 rows, 0 rejected", (&progress{began: start}).text(reencrypt.Reading{Rows: 7, Before: 7, Read: 9}, start), "of a pipe the size is not known")
}
