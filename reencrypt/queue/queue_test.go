package queue_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// notes keeps what a worker tells.
type notes struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notes) note(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text.WriteString(text + "\n")
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// TestDeviceLost has a device that does not answer for a while: its chunks are tried
// again, and nothing is rejected for it.
func TestDeviceLost(t *testing.T) {
	t.Parallel()
	s := newScene(t, 3000)
	d := &device{before: func(_ context.Context, call int64) error {
		if call%3 == 0 && call < 30 {
			return &hsm.Error{Op: hsm.OpTranslate, Err: hsm.ErrUnavailable}
		}
		return nil
	}}
	var n notes
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 4, Note: n.note})
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	w, err := wait()
	require.NoError(t, err)
	require.Equal(t, queue.Worked{Chunks: 30, Rows: 3000}, w)
	require.Zero(t, m.Reasons[reencrypt.DeviceRefused])
	require.Contains(t, n.String(), "the device does not answer for chunk")
	s.same(t)
}

// TestLateWorker has a worker that is given up and answers after all: its chunk was
// done by another by then, and counts once.
func TestLateWorker(t *testing.T) {
	t.Parallel()
	s := newScene(t, 2000)
	stuck, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	slow := &device{before: func(context.Context, int64) error {
		once.Do(func() { close(stuck) })
		<-release
		return nil
	}}
	late := s.work(t, slow.open(t), queue.WorkOptions{Workers: 1})
	type answer struct {
		m   *reencrypt.Manifest
		err error
	}
	done := make(chan answer, 1)
	s.o.Keep = true
	go func() {
		m, err := queue.Submit(t.Context(), s.o)
		done <- answer{m, err}
	}()
	<-stuck
	quick := s.work(t, (&device{}).open(t), queue.WorkOptions{Workers: 2})
	a := <-done
	require.NoError(t, a.err)
	close(release)
	w, err := late()
	require.NoError(t, err)
	require.Zero(t, w, "what it did was done by another")
	w, err = quick()
	require.NoError(t, err)
	require.Equal(t, queue.Worked{Chunks: 20, Rows: 2000}, w)
	require.EqualValues(t, 2000, a.m.Rows)
	s.same(t)

	// Kept: what is in the database is what went out, and no block in clear.
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	var chunks, results int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pinion_reencrypt.chunk), (SELECT count(*) FROM pinion_reencrypt.result)`).Scan(&chunks, &results))
	require.Zero(t, chunks)
	require.Equal(t, 20, results)
}

// TestStopped ends the submitter in mid-run, and a worker: both go on, and whoever is
// not asked to is refused.
func TestStopped(t *testing.T) {
	t.Parallel()
	s := newScene(t, 3000)
	ctx, cancel := context.WithCancel(t.Context())
	gate := make(chan struct{})
	d := &device{before: func(_ context.Context, call int64) error {
		if call == 10 {
			cancel()
		}
		if call > 10 {
			<-gate
		}
		return nil
	}}
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 1})
	_, err := queue.Submit(ctx, s.o)
	var stopped *reencrypt.Stopped
	require.ErrorAs(t, err, &stopped)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, stopped.Resumable)
	require.NoFileExists(t, s.o.Out)
	close(gate)

	_, err = queue.Submit(t.Context(), s.o)
	require.ErrorIs(t, err, reencrypt.ErrBegun)
	s.o.Resume = true

	// Another row in the file is noticed, and nothing is mixed up.
	text, err := os.ReadFile(s.o.In)
	require.NoError(t, err)
	changed := bytes.Replace(text, []byte("card-0,"), []byte("card-9,"), 1)
	require.NoError(t, os.WriteFile(s.o.In, changed, 0o600))
	_, err = queue.Submit(t.Context(), s.o)
	require.Error(t, err)
	require.NoFileExists(t, s.o.Out)
	require.NoError(t, os.WriteFile(s.o.In, text, 0o600))

	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	require.Equal(t, 1, m.Resumed)
	_, err = wait()
	require.NoError(t, err)
	s.same(t)

	again, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err, "it was finished, and only the word of it got lost")
	require.Equal(t, m.Output, again.Output)

	// What somebody wrote to the output since, as much as there was or more, is not
	// what the run made.
	made, err := os.ReadFile(s.o.Out)
	require.NoError(t, err)
	for _, other := range [][]byte{append(bytes.Clone(made), '\n'), append(made[:len(made)-1:len(made)-1], '!')} {
		require.NoError(t, os.WriteFile(s.o.Out, other, 0o600))
		_, err = queue.Submit(t.Context(), s.o)
		require.ErrorIs(t, err, reencrypt.ErrExists)
	}
}

// TestAhead holds the database to a few chunks while nobody works.
func TestAhead(t *testing.T) {
	t.Parallel()
	s := newScene(t, 6000)
	s.o.Ahead = 32
	s.o.Meter = &queue.Meter{}
	ended := make(chan error, 1)
	go func() {
		_, err := queue.Submit(t.Context(), s.o)
		ended <- err
	}()
	require.Eventually(t, func() bool { return s.o.Meter.Read().Submitted >= 3200 }, time.Minute, time.Millisecond)
	require.EqualValues(t, 3200, s.o.Meter.Read().Submitted, "16 chunks at a time, and no more than 32")
	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{})
	require.NoError(t, <-ended)
	_, err := wait()
	require.NoError(t, err)
	s.same(t)
}

// TestOptions refuses what cannot be.
func TestOptions(t *testing.T) {
	t.Parallel()
	h := (&device{}).open(t)
	dir := t.TempDir()
	in := table(t, dir, 3)
	good := queue.Options{URL: "postgres://nowhere.invalid/x", HSM: h, Job: toISO0(), In: in, Out: filepath.Join(dir, "o.csv"), Rejects: filepath.Join(dir, "r.csv")}
	for name, c := range map[string]struct {
		change func(o *queue.Options)
		err    error
	}{
		"no database":   {func(*queue.Options) {}, queue.ErrDatabase},
		"another":       {func(o *queue.Options) { o.URL = "mysql://secret@host/x" }, queue.ErrURL},
		"no device":     {func(o *queue.Options) { o.HSM = nil }, reencrypt.ErrOptions},
		"a pipe":        {func(o *queue.Options) { o.Out = "-" }, reencrypt.ErrOptions},
		"a dry run":     {func(o *queue.Options) { o.Job.Mode = reencrypt.DryRun }, reencrypt.ErrOptions},
		"two inputs":    {func(o *queue.Options) { o.Table = &queue.Table{URL: o.URL, Name: "x"} }, reencrypt.ErrOptions},
		"no input":      {func(o *queue.Options) { o.In = "" }, reencrypt.ErrOptions},
		"no table":      {func(o *queue.Options) { o.In, o.Table = "", &queue.Table{URL: o.URL, Name: "x"} }, queue.ErrDatabase},
		"log is output": {func(o *queue.Options) { o.AuditLog = o.Out }, reencrypt.ErrOptions},
		"one file":      {func(o *queue.Options) { o.Rejects = o.Out }, reencrypt.ErrOptions},
		"in is partial": {func(o *queue.Options) { o.In = o.Out + ".partial" }, reencrypt.ErrOptions},
		"a folder":      {func(o *queue.Options) { o.Rejects, o.Force = dir, true }, reencrypt.ErrOptions},
		"a sample":      {func(o *queue.Options) { o.Sample = -1 }, reencrypt.ErrOptions},
		"a large batch": {func(o *queue.Options) { o.Batch = 1 << 20 }, reencrypt.ErrOptions},
		"both":          {func(o *queue.Options) { o.Resume, o.Force = true, true }, reencrypt.ErrOptions},
		"no kind":       {func(o *queue.Options) { o.In, o.Out = dir, "o.txt" }, reencrypt.ErrKind},
		"no key":        {func(o *queue.Options) { o.Job.To.Key = "zpk9" }, hsm.ErrKeyNotFound},
	} {
		o := good
		c.change(&o)
		_, err := queue.Submit(t.Context(), o)
		require.ErrorIs(t, err, c.err, name)
		require.NotContains(t, err.Error(), "secret")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Equal(t, []string{in}, files, "nothing is left behind")
	_, err = queue.Work(t.Context(), queue.WorkOptions{URL: good.URL})
	require.ErrorIs(t, err, reencrypt.ErrOptions)
}

// TestNothingClear looks through all of the database for PIN blocks in clear.
func TestNothingClear(t *testing.T) {
	t.Parallel()
	s := newScene(t, 300)
	s.o.Keep = true
	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{})
	_, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	_, err = wait()
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT convert_from(out, 'UTF8') FROM pinion_reencrypt.result
		UNION ALL SELECT row_to_json(r)::text FROM pinion_reencrypt.run r UNION ALL SELECT row_to_json(j)::text FROM pinion_reencrypt.river_job j`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	text := strings.Join(all, "\n")
	require.Contains(t, text, "4111111111")
	for i := range 100 { // ISO-0 in clear: 04, the PIN, Fs, XOR the account number
		pin := []byte{0x04, byte(i*7/1000%10<<4 | i*7/100%10), byte(i*7/10%10<<4 | i*7%10), 0xff, 0xff, 0xff, 0xff, 0xff}
		digits, err := hex.DecodeString("0000" + ("4111111111" + pad(i))[3:15])
		require.NoError(t, err)
		for j := range pin {
			pin[j] ^= digits[j]
		}
		require.NotContains(t, text, strings.ToUpper(hex.EncodeToString(pin)))
	}
}

func pad(i int) string { return "0000" + string(rune('0'+i/10)) + string(rune('0'+i%10)) }

// TestRiverRescues loses a worker and who has the file too: River gives the chunk to
// another, though it takes half a minute until it looks.
func TestRiverRescues(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	stuck, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	hung := &device{before: func(context.Context, int64) error {
		once.Do(func() { close(stuck) })
		<-release
		return nil
	}}
	s.o.Rescue = time.Hour // so that it is River
	s.o.Meter = &queue.Meter{}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := queue.Submit(ctx, s.o)
		ended <- err
	}()
	late := s.work(t, hung.open(t), queue.WorkOptions{Workers: 2, Rescue: time.Second})
	<-stuck
	require.Eventually(t, func() bool { return s.o.Meter.Read().Submitted == 1000 }, time.Minute, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	w, err := s.work(t, (&device{}).open(t), queue.WorkOptions{Workers: 2, Rescue: time.Second})()
	require.NoError(t, err)
	require.Equal(t, queue.Worked{Chunks: 10, Rows: 1000}, w)
	close(release)
	w, err = late()
	require.NoError(t, err)
	require.Zero(t, w)
	s.o.Resume = true
	_, err = queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	s.same(t)
}

// TestWorkerStops asks a worker to end in mid-run: it hands in what it has in hand, and
// leaves the rest to another.
func TestWorkerStops(t *testing.T) {
	t.Parallel()
	s := newScene(t, 3000)
	ctx, cancel := context.WithCancel(t.Context())
	d := &device{before: func(_ context.Context, call int64) error {
		if call == 5 {
			cancel()
		}
		return nil
	}}
	ended := make(chan error, 1)
	go func() {
		_, err := queue.Submit(t.Context(), s.o)
		ended <- err
	}()
	first, err := queue.Work(ctx, queue.WorkOptions{URL: s.url, HSM: d.open(t), Workers: 2, Wait: time.Minute})
	require.NoError(t, err)
	require.Positive(t, first.Chunks)
	second, err := s.work(t, (&device{}).open(t), queue.WorkOptions{})()
	require.NoError(t, err)
	require.NoError(t, <-ended)
	require.EqualValues(t, 30, first.Chunks+second.Chunks)
	require.EqualValues(t, 3000, first.Rows+second.Rows)
	s.same(t)
}
