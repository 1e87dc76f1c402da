package queue_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// TestFilesOfAnother does not touch what another run writes or has written, be it the
// rejects alone.
func TestFilesOfAnother(t *testing.T) {
	t.Parallel()
	s := newScene(t, 200)
	for _, path := range []string{s.o.Out + ".partial", s.o.Rejects + ".partial"} {
		require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
		_, err := queue.Submit(t.Context(), s.o)
		require.ErrorIs(t, err, reencrypt.ErrExists)
		require.ErrorContains(t, err, filepath.Base(path))
		require.Equal(t, "mine", text(t, path))
		require.NoError(t, os.Remove(path))

		unlock, err := flock.Lock(t.Context(), path)
		require.NoError(t, err)
		_, err = queue.Submit(t.Context(), s.o)
		require.ErrorIs(t, err, reencrypt.ErrBusy)
		require.FileExists(t, path)
		unlock()
		require.NoError(t, os.Remove(path))
		left, err := filepath.Glob(filepath.Join(s.dir, "*.partial"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
	_, err := s.run(t)
	require.NoError(t, err)
	s.same(t)
}

// TestInputChanged has somebody write to the input while it is read.
func TestInputChanged(t *testing.T) {
	t.Parallel()
	s := newScene(t, 20_000)
	s.o.Ahead = 32 // it is read as it is done
	var once sync.Once
	d := &device{before: func(context.Context, int64) (err error) {
		once.Do(func() { err = os.Chtimes(s.o.In, time.Time{}, time.Now().Add(time.Hour)) })
		return err
	}}
	h := d.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = queue.Work(ctx, queue.WorkOptions{URL: s.url, HSM: h, Workers: 2, Wait: time.Minute})
	}()
	_, err := queue.Submit(t.Context(), s.o)
	cancel()
	<-done
	require.ErrorIs(t, err, reencrypt.ErrInput)
	require.ErrorContains(t, err, "it was changed while it was read")
	require.NoFileExists(t, s.o.Out)
}
