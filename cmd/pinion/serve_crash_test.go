package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// crashRounds is how often processes are killed: CRASH_ROUNDS, or a few times.
func crashRounds(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv("CRASH_ROUNDS")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// TestCrash kills a service at a random instant of a busy time and starts it
// again on the same directory, many times over. See load.judge for what must hold
// after each.
func TestCrash(t *testing.T) {
	t.Parallel()
	t.Run("soft", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		crash(t, dir, "soft:", crashRounds(t, 10), 150*time.Millisecond)
	})
	t.Run("softhsm", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		crash(t, dir, "softhsm:"+filepath.Join(dir, "hsm"), crashRounds(t, 3), 400*time.Millisecond)
	})
}

func crash(t *testing.T, dir, device string, rounds int, busy time.Duration) {
	t.Helper()
	store := "sqlite:" + filepath.Join(dir, "issuer.db")
	p := startServe(t, dir, "--device", device)
	l := newLoad(t, p.zone(t), 16, 6)
	for round := range rounds {
		// The instant is what is random here, and nothing waits for it.
		fuse := time.AfterFunc(5*time.Millisecond+rand.N(busy), p.kill)
		l.run(func(c *customer) bool { return c.step(p) })()
		fuse.Stop()
		require.Zero(t, l.unavailable.Load(), "nothing was wrong but that it was killed")
		p.kill()
		logAsWritten(t, store) // as it was left, with no service near it
		p = startServe(t, dir, "--device", device)
		l.judge(p)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	logAsWritten(t, store)
	t.Logf("%d requests were answered", l.answered.Load())
}
