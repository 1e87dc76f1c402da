package queue_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// count returns how many rows of a run, or of all but it, are in the tables.
func (s *scene) count(t *testing.T, run string, others bool) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, query := range []string{`chunk WHERE (run = $1)`, `result WHERE (run = $1)`, `run WHERE (id = $1)`,
		`river_job WHERE state <> 'cancelled' AND state <> 'completed' AND (queue = 'reencrypt_' || $1)`} {
		var some int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pinion_reencrypt.`+query+` <> $2`, run, others).Scan(&some))
		n += some
	}
	return n
}

// exec changes the database behind the back of all.
func (s *scene) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

// left begins a run that nobody works on, and has its submitter stop. It returns its name.
func (s *scene) left(t *testing.T) (run string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	o := s.o
	o.Began = func(id string) { run = id }
	o.Meter = &queue.Meter{}
	done := make(chan error, 1)
	go func() {
		_, err := queue.Submit(ctx, o)
		done <- err
	}()
	require.Eventually(t, func() bool { return o.Meter.Read().Submitted > 0 }, time.Minute, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	return run
}

// other is the same job in another folder and with another batch, which is another run.
func (s *scene) other(t *testing.T) *scene {
	t.Helper()
	o := newScene(t, 1000)
	o.url, o.o.URL, o.o.Batch = s.url, s.url, 50
	return o
}

// aged makes a run look as if nobody had touched it for two hours.
func (s *scene) aged(t *testing.T, run string) {
	t.Helper()
	s.exec(t, `UPDATE pinion_reencrypt.run SET touched = now() - interval '2 hours' WHERE id = $1`, run)
}

// TestListForget lists two runs side by side and forgets one: the other goes on as if
// nothing had been.
func TestListForget(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	list, err := queue.List(t.Context(), s.url, 0)
	require.NoError(t, err)
	require.Empty(t, list, "there are no tables yet")
	require.ErrorIs(t, queue.Forget(t.Context(), s.url, 0, "some"), queue.ErrNoRun)
	old, err := queue.ForgetIdle(t.Context(), s.url, 0, time.Hour)
	require.NoError(t, err)
	require.Empty(t, old)

	other := s.other(t)
	first, second := s.left(t), other.left(t)
	list, err = queue.List(t.Context(), s.url, 0)
	require.NoError(t, err)
	require.Len(t, list, 2)
	r := list[0]
	require.Equal(t, queue.Run{ID: first, State: queue.AtWork, Mode: "translate", From: "zpk1", FromFormat: "ISO-0", To: "zpk2", ToFormat: "ISO-0",
		Out: "out.csv", Rejects: "rejects.csv", Chunks: 10, Begun: r.Begun, Seen: r.Seen}, r)
	require.Equal(t, second, list[1].ID)

	require.ErrorIs(t, queue.Forget(t.Context(), s.url, 0, first), reencrypt.ErrBusy, "its submitter was there just now")
	s.aged(t, first)
	list, err = queue.List(t.Context(), s.url, 0)
	require.NoError(t, err)
	require.Equal(t, queue.Left, list[0].State)
	require.Equal(t, queue.AtWork, list[1].State)
	before := s.count(t, first, true)
	require.NoError(t, queue.Forget(t.Context(), s.url, 0, first))
	require.Zero(t, s.count(t, first, false))
	require.Equal(t, before, s.count(t, first, true), "nothing of the other run is touched")
	require.ErrorIs(t, queue.Forget(t.Context(), s.url, 0, first), queue.ErrNoRun)

	other.o.Resume = true
	_, err = other.run(t)
	require.NoError(t, err)
	require.Zero(t, s.count(t, second, false))
	require.NoFileExists(t, other.o.Out+".run")
}

// TestForgetIdle forgets what nobody has touched, and nothing else.
func TestForgetIdle(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	other := s.other(t)
	first, second := s.left(t), other.left(t)
	s.aged(t, first)
	_, err := queue.ForgetIdle(t.Context(), s.url, 0, time.Second)
	require.ErrorIs(t, err, reencrypt.ErrOptions)
	old, err := queue.ForgetIdle(t.Context(), s.url, 0, 3*time.Hour)
	require.NoError(t, err)
	require.Empty(t, old)
	old, err = queue.ForgetIdle(t.Context(), s.url, 0, time.Hour)
	require.NoError(t, err)
	require.Equal(t, []string{first}, old)
	require.Zero(t, s.count(t, first, false))
	require.Positive(t, s.count(t, second, false))
}

// held returns a device that tells when it is asked, and answers when it is released.
func held() (d *device, stuck, release chan struct{}) {
	stuck, release = make(chan struct{}), make(chan struct{})
	var once sync.Once
	return &device{before: func(context.Context, int64) error {
		once.Do(func() { close(stuck) })
		<-release
		return nil
	}}, stuck, release
}

// TestForgetInMidChunk forgets a run while a worker has chunks of it in hand, and another
// run beside it: the worker drops the chunks without a word of failure, does the other
// run, and ends.
func TestForgetInMidChunk(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	first := s.left(t)
	s.aged(t, first)
	d, stuck, release := held()
	var n notes
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 2, Note: n.note})
	<-stuck
	other := s.other(t)
	done := make(chan error, 1)
	go func() {
		_, err := queue.Submit(t.Context(), other.o)
		done <- err
	}()
	require.NoError(t, queue.Forget(t.Context(), s.url, time.Minute, first))
	close(release)
	require.NoError(t, <-done)
	w, err := wait()
	require.NoError(t, err)
	require.Equal(t, queue.Worked{Chunks: 20, Rows: 1000}, w, "of the other run alone")
	require.Contains(t, n.String(), "run "+first+": nothing is left to be done")
	require.NotContains(t, n.String(), "chunk", "nothing of it is a failure, and nobody else did it")
	require.Zero(t, s.count(t, first, false))
}

// TestForgottenWhileHandedIn removes a run at the instant at which a worker hands in a chunk
// of it: neither waits for the other for ever, and the worker says of nothing that is not so
// that another has done it.
func TestForgottenWhileHandedIn(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	run := s.left(t)
	d, stuck, release := held()
	var n notes
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 1, Note: n.note})
	<-stuck
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SET LOCAL deadlock_timeout = '10ms'`) // so that it is this one that is told
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT FROM pinion_reencrypt.run WHERE id = $1 FOR UPDATE`, run)
	require.NoError(t, err)
	close(release)
	require.Eventually(t, func() bool {
		var waiting bool
		err := tx.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()
			AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database()))`).Scan(&waiting)
		return err == nil && waiting
	}, time.Minute, time.Millisecond, "the worker does not wait for the run")
	_, err = tx.Exec(t.Context(), `DELETE FROM pinion_reencrypt.run WHERE id = $1`, run)
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	w, err := wait()
	require.NoError(t, err)
	require.Zero(t, w)
	require.NotContains(t, n.String(), "done by another")
}

// TestStoppedForGood stops a run that has too many rejects: workers take no more of its
// chunks and end, also those that come then, and one that stays takes it up when it goes on.
func TestStoppedForGood(t *testing.T) {
	t.Parallel()
	s := newScene(t, 20_000)
	s.o.Job.From, s.o.Job.To = s.o.Job.To, s.o.Job.From
	var n notes
	d := &device{before: func(ctx context.Context, call int64) error { // so that some is left
		for call > 30 && ctx.Err() == nil && !strings.Contains(n.String(), "it was stopped") {
			time.Sleep(time.Millisecond)
		}
		return ctx.Err()
	}}
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 1, Note: n.note})
	var run string
	s.o.Began = func(id string) { run = id }
	_, err := queue.Submit(t.Context(), s.o)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	w, err := wait()
	require.NoError(t, err)
	require.Less(t, w.Rows, int64(20_000), "it does not go on to the end of the chunks")
	require.Contains(t, n.String(), "run "+run+": it was stopped, and what is left of it is not done")
	list, err := queue.List(t.Context(), s.url, 0)
	require.NoError(t, err)
	require.Equal(t, queue.Stopped, list[0].State)
	require.EqualValues(t, 1000, list[0].Rejected)

	ctx, cancel := context.WithCancel(t.Context())
	stays := make(chan queue.Worked, 1)
	h := (&device{}).open(t)
	go func() {
		w, _ := queue.Work(ctx, queue.WorkOptions{URL: s.url, HSM: h, Wait: time.Minute, Stay: true})
		stays <- w
	}()
	s.o.Resume, s.o.MaxRejects = true, reencrypt.NoLimit()
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	require.EqualValues(t, 20_000, m.Rejected)

	// The same command anew is the same run anew: a worker that stays does that too.
	s.o.Resume, s.o.Force = false, true
	_, err = queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	cancel()
	require.EqualValues(t, 40_000-w.Rows, (<-stays).Rows)
}

// TestAlone has a worker say once that a run has lost its submitter. It does what there is
// of it, waits, and ends when the run is forgotten.
func TestAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t, 6000)
	s.o.Ahead = 32
	run := s.left(t)
	s.aged(t, run)
	var n notes
	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{Note: n.note})
	require.Eventually(t, func() bool {
		return s.count(t, run, false) > 1 && strings.Contains(n.String(), "who has its rows is gone")
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, queue.Forget(t.Context(), s.url, time.Minute, run))
	_, err := wait()
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(n.String(), "who has its rows is gone"))
}

// TestForceReplaces begins anew with other keys to the same output: the run that was
// begun before is gone from the database. One that writes a file of the same name in
// another folder is not, nor is one in a folder that is a copy.
func TestForceReplaces(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	other := s.other(t)
	wrong := *s
	wrong.o.Job.From, wrong.o.Job.To = s.o.Job.To, s.o.Job.From
	first, beside := wrong.left(t), other.left(t)
	copied := s.other(t)
	require.NoError(t, os.WriteFile(copied.o.Out+".run", []byte(text(t, s.o.Out+".run")), 0o600))
	copied.o.Force, copied.o.Batch = true, 25
	third := copied.left(t)
	require.Positive(t, s.count(t, first, false), "it writes another file")
	s.aged(t, third)
	require.NoError(t, queue.Forget(t.Context(), s.url, 0, third))
	s.o.Force = true
	var second string
	s.o.Began = func(id string) { second = id }
	require.Positive(t, s.count(t, beside, false))
	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{})
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	require.EqualValues(t, 1000, m.Rows)
	s.same(t)
	require.Zero(t, s.count(t, first, false))
	require.Zero(t, s.count(t, second, false))
	require.NoFileExists(t, s.o.Out+".run")

	other.o.Resume = true
	_, err = queue.Submit(t.Context(), other.o)
	require.NoError(t, err, "it was there to go on with")
	_, err = wait()
	require.NoError(t, err)
	other.same(t)
}
