//go:build unix && !aix && !solaris && !illumos

package flock

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	var inside, most atomic.Int32
	done := make(chan error)
	for range 8 {
		go func() {
			for range 5 {
				unlock, err := Lock(t.Context(), path)
				if err != nil {
					done <- err
					return
				}
				most.Store(max(most.Load(), inside.Add(1)))
				inside.Add(-1)
				unlock()
			}
			done <- nil
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
	require.EqualValues(t, 1, most.Load())
}

// waiting is a context that tells when somebody waits for its end.
type waiting struct {
	context.Context
	once  sync.Once
	begun chan struct{}
}

func (w *waiting) Done() <-chan struct{} {
	w.once.Do(func() { close(w.begun) })
	return w.Context.Done()
}

// TestRenamed has who waits find the file renamed, and lock the one that is there now:
// nobody else may have that.
func TestRenamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "lock")
	first, err := Lock(t.Context(), path)
	require.NoError(t, err)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.True(t, named(f, path))
	type answer struct {
		unlock func()
		err    error
	}
	second, waits := make(chan answer, 1), &waiting{Context: t.Context(), begun: make(chan struct{})}
	go func() {
		unlock, err := Lock(waits, path)
		second <- answer{unlock, err}
	}()
	<-waits.begun
	require.NoError(t, os.Rename(path, filepath.Join(dir, "done")))
	require.False(t, named(f, path))
	first()
	a := <-second
	require.NoError(t, a.err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Lock(ctx, path)
	require.ErrorIs(t, err, context.Canceled, "the name is locked, whichever file has it")
	a.unlock()
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(t.Context(), path)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Lock(ctx, path)
	require.ErrorIs(t, err, context.Canceled)
	unlock()
	unlock, err = Lock(t.Context(), path)
	require.NoError(t, err)
	unlock()
	_, err = Lock(t.Context(), filepath.Join(path, "no"))
	require.Error(t, err)
}
