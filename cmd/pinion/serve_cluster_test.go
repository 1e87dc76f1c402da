package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// seats are the places of the processes of one store. A process that was killed
// keeps its place, and is asked, until another takes it.
type seats []atomic.Pointer[process]

func (s seats) pick(c *customer) *process { return s[c.rand.IntN(len(s))].Load() }

// database is shared by the tests that do not hurt it.
var database = sync.OnceValues(func() (*pgtest.Cluster, error) { return pgtest.Start() })

func sharedDatabase(t *testing.T) *pgtest.Cluster {
	t.Helper()
	pg, err := database()
	require.NoError(t, err)
	return pg
}

// databases counts them, for names that no test had before, of -count either.
var databases atomic.Int64

// newDatabase returns the name of a new database.
func newDatabase(t *testing.T, pg *pgtest.Cluster) string {
	t.Helper()
	name := fmt.Sprintf("cards%d", databases.Add(1))
	_, err := pg.Database(name)
	require.NoError(t, err)
	return name
}

// startCluster starts n processes on a new database, with the keys of one
// directory.
func startCluster(t *testing.T, pg *pgtest.Cluster, n int) (s seats, start func() *process, store string) {
	t.Helper()
	store = pg.DSN(newDatabase(t, pg))
	dir := t.TempDir()
	start = func() *process { return startServe(t, dir, "--device", "soft:", "--store", store) }
	s = make(seats, n)
	s[0].Store(start())
	for i := range s[1:] {
		s[i+1].Store(start())
	}
	return s, start, store
}

// TestClusterLosesAProcess kills one process of three in mid-load and starts
// another in its place: the promises are those of a store, not of a process.
func TestClusterLosesAProcess(t *testing.T) {
	t.Parallel()
	s, start, store := startCluster(t, sharedDatabase(t), 3)
	l := newLoad(t, s[0].Load().zone(t), 16, 3)
	for range crashRounds(t, 2) {
		var over atomic.Bool
		wait := l.run(func(c *customer) bool { c.stepOn(s.pick(c)); return !over.Load() })
		l.more(300)
		s[1].Load().kill()
		l.more(300)
		s[1].Store(start())
		l.more(300)
		over.Store(true)
		wait()
		require.Zero(t, l.unavailable.Load(), "nothing was wrong but that a process was killed")
		l.judge(s[2].Load())
		l.judge(s[1].Load())
	}
	logAsWritten(t, store)
	t.Logf("%d requests were answered", l.answered.Load())
}

// TestClusterLosesItsDatabase kills PostgreSQL in mid-load: clients are told that
// the store does not answer, and the service goes on by itself once it does.
func TestClusterLosesItsDatabase(t *testing.T) {
	t.Parallel()
	pg := pgtest.New(t)
	s, _, store := startCluster(t, pg, 2)
	l := newLoad(t, s[0].Load().zone(t), 16, 3)
	for range crashRounds(t, 2) {
		var over atomic.Bool
		wait := l.run(func(c *customer) bool { c.stepOn(s.pick(c)); return !over.Load() })
		l.more(300)
		before := l.unavailable.Load()
		require.NoError(t, pg.Kill())
		require.NoError(t, pg.Start())
		l.more(300)
		over.Store(true)
		wait()
		require.Greater(t, l.unavailable.Load(), before, "somebody was told")
		l.judge(s[0].Load())
	}
	logAsWritten(t, store)
	t.Logf("%d requests were answered, %d that the service is not available", l.answered.Load(), l.unavailable.Load())
}

// stepOn sends a request to a process that may be dead.
func (c *customer) stepOn(p *process) {
	if !c.step(p) {
		time.Sleep(5 * time.Millisecond) // a client that hammers learns nothing more
	}
}

// more returns when that many more requests were answered.
func (l *load) more(n int64) {
	l.t.Helper()
	until := l.answered.Load() + n
	require.Eventually(l.t, func() bool { return l.answered.Load() >= until || l.failure.Load() != nil }, time.Minute, time.Millisecond)
}
