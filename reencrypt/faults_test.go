package reencrypt_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// full is a disk with room for so many bytes.
type full struct {
	reencrypt.File
	room *atomic.Int64
}

func (f full) Write(b []byte) (int, error) {
	left := f.room.Add(-int64(len(b)))
	if left >= 0 {
		return f.File.Write(b)
	}
	n, _ := f.File.Write(b[:max(0, int64(len(b))+left)])
	return n, syscall.ENOSPC
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in := write(t, "in.csv", table(t, r, cards(3000), 9))
	want := r.whole(t, r.options(t, in))
	for range 20 {
		o := r.options(t, in)
		o.Resume = true
		stops := 0
		for ; ; stops++ {
			var room atomic.Int64
			room.Store(rand.Int64N(80_000))
			_, err := reencrypt.Run(t.Context(), o.WithFiles(func(_ string, f reencrypt.File) reencrypt.File { return full{f, &room} }))
			if err == nil {
				break
			}
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.ErrorIs(t, err, reencrypt.ErrWrite)
			var stopped *reencrypt.Stopped
			require.ErrorAs(t, err, &stopped)
			require.True(t, stopped.Resumable)
		}
		require.Positive(t, stops)
		require.Equal(t, want, outputs(t, o))
	}
}

// TestDeviceLost has the device not answer for a while, and then for good.
func TestDeviceLost(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(1000), 9))
	want := r.whole(t, r.options(t, in))

	device.fail = func(n int64) error {
		if n%3 == 0 {
			return &hsm.Error{Err: hsm.ErrUnavailable}
		}
		return nil
	}
	o := r.options(t, in)
	o.Wait = time.Minute
	_, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, want, outputs(t, o))

	device.fail = from(device.calls.Load()+5, &hsm.Error{Err: hsm.ErrUnavailable})
	o = r.options(t, in)
	_, err = reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, hsm.ErrUnavailable)
	o.Wait, o.Meter = time.Hour, &reencrypt.Meter{} // an interrupt does not wait for it
	ctx, cancel := context.WithCancel(t.Context())
	o.Resume = true
	go func() {
		for o.Meter.Read().Waiting == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err = reencrypt.Run(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
	device.fail = nil
	_, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, want, outputs(t, o))
}

// TestInterrupted cancels runs at random moments.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(3000), 9))
	want := r.whole(t, r.options(t, in))
	for range 10 {
		o := r.options(t, in)
		o.Resume = true
		for {
			ctx, cancel := context.WithCancel(t.Context())
			last := device.calls.Load() + 1 + rand.Int64N(30)
			device.fail = func(n int64) error {
				if n == last {
					cancel()
				}
				return nil
			}
			_, err := reencrypt.Run(ctx, o)
			cancel()
			if err == nil {
				break
			}
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Equal(t, want, outputs(t, o))
	}
}

// breaking is a file that cannot be written down to the disk, once.
type breaking struct {
	reencrypt.File
	broke *atomic.Bool
	fail  func() error
}

func (b breaking) Sync() error {
	if b.broke.CompareAndSwap(false, true) {
		return b.fail()
	}
	return b.File.Sync()
}

// TestCheckpointFails has no checkpoint but the very first written, since the rows cannot
// be had down on the disk or there is no room for it: the run stops soon, and not at its
// end, and goes on from what was known before.
func TestCheckpointFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(o reencrypt.Options, fail func() error) reencrypt.Options{
		"rows": func(o reencrypt.Options, fail func() error) reencrypt.Options {
			var broke atomic.Bool
			return o.WithFiles(func(_ string, f reencrypt.File) reencrypt.File { return breaking{f, &broke, fail} })
		},
		"checkpoint": func(o reencrypt.Options, fail func() error) reencrypt.Options {
			begun := false // its first checkpoint
			return o.WithCheckpoints(func() error {
				if begun {
					return fail()
				}
				begun = true
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var device counting
			r := newRig(t, device.wrap)
			in := write(t, "in.csv", table(t, r, cards(20_000), 9))
			want := r.whole(t, r.options(t, in))
			failed := make(chan struct{})
			from := device.calls.Load() + 60
			device.fail = func(n int64) error {
				if n > from { // slowly, so that there is time for checkpoints
					select {
					case <-failed:
					case <-time.After(20 * time.Millisecond):
					}
				}
				return nil
			}
			o := r.options(t, in)
			o.Batch, o.Checkpoint = 8, 32 // 2,500 calls
			fail := sync.OnceValue(func() error {
				close(failed)
				return syscall.ENOSPC
			})
			_, err := reencrypt.Run(t.Context(), fails(o, fail))
			require.ErrorIs(t, err, reencrypt.ErrWrite)
			require.ErrorIs(t, err, syscall.ENOSPC)
			var stopped *reencrypt.Stopped
			require.ErrorAs(t, err, &stopped)
			require.True(t, stopped.Resumable)
			require.Zero(t, stopped.Rows, "what was not written down does not count")
			require.Less(t, device.calls.Load(), from+2000, "it stops before its end")
			require.NoFileExists(t, o.Out)
			o.Resume = true
			require.Equal(t, want, r.whole(t, o))
		})
	}
}
