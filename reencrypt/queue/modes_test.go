package queue_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// run submits with one worker.
func (s *scene) run(t *testing.T) (*reencrypt.Manifest, error) {
	t.Helper()
	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{Workers: 4})
	m, err := queue.Submit(t.Context(), s.o)
	if err == nil {
		_, err = wait()
	}
	return m, err
}

// TestCheck has workers open every block, and what they made of it thrown away.
func TestCheck(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]hsm.PINKey{"opened": {}, "sealed": toISO0().To} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 2000)
			whole, out := filepath.Join(s.dir, "whole.csv"), s.o.Out
			s.o.Job = reencrypt.Job{From: toISO0().From, To: to, Mode: reencrypt.Check}
			m, err := s.run(t)
			require.NoError(t, err)
			require.Equal(t, "check", m.Mode)
			require.EqualValues(t, 2000, m.Rows)
			require.Equal(t, map[reencrypt.Reason]int64{reencrypt.DoesNotOpen: 2000 / 97}, m.Reasons)
			require.Nil(t, m.Output)
			require.Equal(t, "zpk1", m.From.Label)
			require.NotEmpty(t, m.To.Label)
			require.NoFileExists(t, out)
			require.NoFileExists(t, reencrypt.ManifestOf(out))
			want, err := os.ReadFile(filepath.Join(s.dir, "rejected.csv"))
			require.NoError(t, err)
			have, err := os.ReadFile(s.o.Rejects)
			require.NoError(t, err)
			require.Equal(t, string(want), string(have))
			require.Equal(t, []string{"0"}, s.column(t, `SELECT count(*)::text FROM pinion_reencrypt.run`))

			// Without a file for the rejects nothing at all is written.
			s.o.Rejects = ""
			m, err = s.run(t)
			require.NoError(t, err)
			require.EqualValues(t, 2000/97, m.Rejected)
			require.Nil(t, m.Rejects)
			left, err := filepath.Glob(filepath.Join(s.dir, "*"))
			require.NoError(t, err)
			require.ElementsMatch(t, []string{s.o.In, whole, reencrypt.ManifestOf(whole), filepath.Join(s.dir, "rejected.csv"), filepath.Join(s.dir, "rejects.csv")}, left)
		})
	}
}

// TestSample has some rows done by workers: those that one machine takes, and with the
// same answers. A run that goes on takes the same ones.
func TestSample(t *testing.T) {
	t.Parallel()
	s := newScene(t, 20_000)
	s.o.Sample = 700
	one := reencrypt.Options{HSM: s.o.HSM, Job: toISO0(), In: s.o.In, Out: filepath.Join(s.dir, "one.csv"),
		Rejects: filepath.Join(s.dir, "one.rejects.csv"), Batch: 100, Sample: 700}
	want, err := reencrypt.Run(t.Context(), one)
	require.NoError(t, err)
	require.Positive(t, want.Rejected)

	ctx, cancel := context.WithCancel(t.Context())
	d := &device{before: func(_ context.Context, call int64) error {
		if call == 3 {
			cancel()
		}
		return nil
	}}
	wait := s.work(t, d.open(t), queue.WorkOptions{Workers: 1})
	_, err = queue.Submit(ctx, s.o)
	require.ErrorIs(t, err, context.Canceled)
	s.o.Resume = true
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	_, err = wait()
	require.NoError(t, err)
	for a, b := range map[string]string{one.Out: s.o.Out, one.Rejects: s.o.Rejects} {
		require.Equal(t, text(t, a), text(t, b))
	}
	require.Equal(t, want.Input, m.Input)
	require.EqualValues(t, 20_000, m.SampledFrom)
	require.EqualValues(t, 700, m.Rows)
	require.Equal(t, want.Reasons, m.Reasons)

	s.fill(t)
	s.o = queue.Options{URL: s.url, HSM: s.o.HSM, Job: reencrypt.Job{From: toISO0().From, Mode: reencrypt.Check}, Table: s.o.Table, Sample: 5, Wait: s.o.Wait}
	m, err = s.run(t)
	require.NoError(t, err)
	require.EqualValues(t, 5, m.Rows)
	require.Greater(t, m.SampledFrom, int64(5))
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// TestTooManyRejects stops a run under a wrong key, keeps what was done, and goes on
// when it is told to.
func TestTooManyRejects(t *testing.T) {
	t.Parallel()
	s := newScene(t, 5000)
	s.o.Job.From, s.o.Job.To = s.o.Job.To, s.o.Job.From
	ctx, cancel := context.WithCancel(t.Context())
	stays := make(chan error, 1)
	h := (&device{}).open(t)
	go func() {
		_, err := queue.Work(ctx, queue.WorkOptions{URL: s.url, HSM: h, Workers: 4, Wait: time.Minute, Stay: true})
		stays <- err
	}()
	_, err := queue.Submit(t.Context(), s.o)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	var stopped *reencrypt.Stopped
	require.ErrorAs(t, err, &stopped)
	require.True(t, stopped.Resumable)
	require.EqualValues(t, 1000, stopped.Rows)
	require.NoFileExists(t, s.o.Out)
	first := stopped.Rows

	s.o.Resume = true
	_, err = queue.Submit(t.Context(), s.o)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	require.ErrorAs(t, err, &stopped)
	require.Equal(t, first, stopped.Rows, "it does not creep on")
	s.o.MaxRejects = reencrypt.NoLimit()
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	cancel()
	require.NoError(t, <-stays)
	require.EqualValues(t, 5000, m.Rejected)
	require.Len(t, s.lines(t, "rejects.csv"), 5001)

	// It holds in the last rows too: every 97th row is one.
	s = newScene(t, 970)
	s.o.Batch = 970
	s.o.MaxRejects, err = reencrypt.ParseLimit("9")
	require.NoError(t, err)
	s.work(t, (&device{}).open(t), queue.WorkOptions{})
	_, err = queue.Submit(t.Context(), s.o)
	require.ErrorIs(t, err, reencrypt.ErrRejects)
	s.o.Resume = true
	s.o.MaxRejects, err = reencrypt.ParseLimit("10")
	require.NoError(t, err)
	m, err = queue.Submit(t.Context(), s.o) // all results are there: it needs no worker
	require.NoError(t, err)
	require.EqualValues(t, 10, m.Rejected)
}

// TestAuditLog enters the manifests of runs in a log. One that was changed stops the
// run at its end; when it is mended the run goes on, and is in it once.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	s := newScene(t, 300)
	log := filepath.Join(t.TempDir(), "audit.ndjson")
	s.o.AuditLog = log
	first, err := s.run(t)
	require.NoError(t, err)
	digest, err := first.SHA256()
	require.NoError(t, err)
	good, err := os.ReadFile(log)
	require.NoError(t, err)
	last, n := lastEntry(t, good)
	require.Equal(t, 1, n)
	require.Equal(t, digest, last.Trace)
	require.Contains(t, last.Description, "out.csv: 300 rows, 3 rejected, from zpk1")

	require.NoError(t, os.WriteFile(log, bytes.Replace(good, []byte("300 rows"), []byte("301 rows"), 1), 0o600))
	s.o.Out, s.o.Rejects = filepath.Join(s.dir, "again.csv"), filepath.Join(s.dir, "again.rejects.csv")
	_, err = s.run(t)
	require.ErrorIs(t, err, reencrypt.ErrAudit)
	var stopped *reencrypt.Stopped
	require.ErrorAs(t, err, &stopped)
	require.True(t, stopped.Resumable)

	require.NoError(t, os.WriteFile(log, good, 0o600))
	s.o.Resume = true
	for range 2 { // the second time it was finished, and only the word of it got lost
		m, err := queue.Submit(t.Context(), s.o)
		require.NoError(t, err)
		digest, err := m.SHA256()
		require.NoError(t, err)
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		last, n := lastEntry(t, text)
		require.Equal(t, 2, n)
		require.Equal(t, digest, last.Trace, "the manifest is the one that the first go made")
	}
}

// lastEntry returns the last entry of a log whose chain holds, and how many there are.
func lastEntry(t *testing.T, text []byte) (last audit.Entry, n int) {
	t.Helper()
	_, err := audit.Verify(audit.Start(), func(yield func(audit.Entry, error) bool) {
		for e, err := range audit.Lines(bytes.NewReader(text)) {
			last, n = e, n+1
			if !yield(e, err) {
				return
			}
		}
	})
	require.NoError(t, err)
	return last, n
}

// TestOtherKind makes NDJSON of CSV on workers, as one machine does; and of a table.
func TestOtherKind(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1000)
	s.o.Out = filepath.Join(s.dir, "out.ndjson")
	one := reencrypt.Options{HSM: s.o.HSM, Job: toISO0(), In: s.o.In, Out: filepath.Join(s.dir, "one.ndjson"), Rejects: filepath.Join(s.dir, "one.rejects.csv"), Batch: 100}
	_, err := reencrypt.Run(t.Context(), one)
	require.NoError(t, err)
	_, err = s.run(t)
	require.NoError(t, err)
	for a, b := range map[string]string{one.Out: s.o.Out, one.Rejects: s.o.Rejects} {
		want, err := os.ReadFile(a)
		require.NoError(t, err)
		have, err := os.ReadFile(b)
		require.NoError(t, err)
		require.Equal(t, string(want), string(have))
	}

	s.fill(t)
	s.o.Out, s.o.Rejects, s.o.Job.To.Format = filepath.Join(s.dir, "table.jsonl"), filepath.Join(s.dir, "table.rejects.csv"), pinblock.ISO0
	m, err := s.run(t)
	require.NoError(t, err)
	text, err := os.ReadFile(s.o.Out)
	require.NoError(t, err)
	require.EqualValues(t, m.Translated, strings.Count(string(text), "\n"))
	require.Regexp(t, `^\{"id":"5","pan":"4111111111000000","Block":"[0-9A-F]{16}"\}\n`, string(text))
}
