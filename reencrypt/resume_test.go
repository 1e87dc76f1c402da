package reencrypt_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

var errGone = errors.New("the device is broken")

// outputs are the bytes that must not depend on what happened meanwhile.
func outputs(t *testing.T, o reencrypt.Options) [2]string {
	t.Helper()
	return [2]string{read(t, o.Out), read(t, o.Rejects)}
}

// TestResumed stops runs at random calls of the device, over and over, and wants the
// bytes of a run in one go.
func TestResumed(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(3000), 9))
	for _, end := range []string{"", ".gz", ".zst"} {
		whole := r.options(t, in)
		whole.Out, whole.Rejects, whole.Compress = whole.Out+end, whole.Rejects+end, reencrypt.CompressionOf(end)
		_, err := reencrypt.Run(t.Context(), whole)
		require.NoError(t, err)
		want := outputs(t, whole)
		for round := range 10 {
			o := r.options(t, in)
			o.Out, o.Rejects, o.Compress, o.Resume = o.Out+end, o.Rejects+end, whole.Compress, true
			stops := 0
			for done := int64(-1); ; stops++ {
				last := device.calls.Load() + 2 + rand.Int64N(20)
				device.fail = func(n int64) error {
					if n > last {
						return errGone
					}
					return nil
				}
				m, err := reencrypt.Run(t.Context(), o)
				if err == nil {
					require.Equal(t, stops, m.Resumed)
					require.EqualValues(t, 3000, m.Rows)
					require.Equal(t, sum(read(t, in)), m.Input.SHA256)
					require.Equal(t, sum(read(t, o.Out)), m.Output.SHA256)
					require.Equal(t, sum(read(t, o.Rejects)), m.Rejects.SHA256)
					break
				}
				var stopped *reencrypt.Stopped
				require.ErrorAs(t, err, &stopped)
				require.ErrorIs(t, err, errGone)
				require.True(t, stopped.Resumable)
				require.GreaterOrEqual(t, stopped.Rows, done)
				done = stopped.Rows
				require.NoFileExists(t, o.Out)
				if round%2 == 0 { // what no checkpoint speaks of is of no account
					appendTo(t, o.Out+".partial", "half a ro")
					appendTo(t, o.Rejects+".partial", "x")
				}
			}
			require.Positive(t, stops)
			require.Equal(t, want, outputs(t, o))
			device.fail = nil
		}
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// TestResumedWithRandomFill wants every row once, and what was before a checkpoint
// as it was.
func TestResumedWithRandomFill(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	cs := cards(2000)
	o := r.options(t, write(t, "in.csv", table(t, r, cs, 0)))
	o.Job, o.Resume = toISO4(), true
	device.fail = func(n int64) error {
		if n > 15 {
			return errGone
		}
		return nil
	}
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, errGone)
	before := read(t, o.Out+".partial")
	require.NotEmpty(t, before)
	device.fail = nil
	_, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(read(t, o.Out), before))
	times := opens(t, r.zpk4, pinblock.ISO4, cs, rows(t, read(t, o.Out))[1:])
	require.Len(t, times, 2000)
}

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
	whole := r.options(t, in)
	_, err := reencrypt.Run(t.Context(), whole)
	require.NoError(t, err)
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
		require.Equal(t, outputs(t, whole), outputs(t, o))
	}
}

// TestDeviceLost has the device not answer for a while, and then for good.
func TestDeviceLost(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(1000), 9))
	whole := r.options(t, in)
	_, err := reencrypt.Run(t.Context(), whole)
	require.NoError(t, err)

	device.fail = func(n int64) error {
		if n%3 == 0 {
			return &hsm.Error{Err: hsm.ErrUnavailable}
		}
		return nil
	}
	o := r.options(t, in)
	o.Wait = time.Minute
	_, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, outputs(t, whole), outputs(t, o))

	from := device.calls.Load() + 5
	device.fail = func(n int64) error {
		if n > from {
			return &hsm.Error{Err: hsm.ErrUnavailable}
		}
		return nil
	}
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
	require.Equal(t, outputs(t, whole), outputs(t, o))
}

// TestInterrupted cancels runs at random moments.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(3000), 9))
	whole := r.options(t, in)
	_, err := reencrypt.Run(t.Context(), whole)
	require.NoError(t, err)
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
		require.Equal(t, outputs(t, whole), outputs(t, o))
	}
}

// begun returns the options of a run that stopped in its middle.
func begun(t *testing.T) (*rig, reencrypt.Options) {
	t.Helper()
	var device counting
	r := newRig(t, device.wrap)
	o := r.options(t, write(t, "in.csv", table(t, r, cards(2000), 9)))
	device.fail = func(n int64) error {
		if n > 15 {
			return errGone
		}
		return nil
	}
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, errGone)
	device.fail = nil
	return r, o
}

// TestResumeIsOfTheSameRun changes one thing at a time.
func TestResumeIsOfTheSameRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*testing.T, *reencrypt.Options)
		want   error
		says   string
	}{
		"nothing":    {func(*testing.T, *reencrypt.Options) {}, nil, ""},
		"workers":    {func(_ *testing.T, o *reencrypt.Options) { o.Workers = 7 }, nil, ""},
		"to key":     {func(_ *testing.T, o *reencrypt.Options) { o.Job.To.Key = "zpk1" }, reencrypt.ErrOther, "different outgoing key or format"},
		"format":     {func(_ *testing.T, o *reencrypt.Options) { o.Job = toISO4() }, reencrypt.ErrOther, "different outgoing key or format"},
		"batch":      {func(_ *testing.T, o *reencrypt.Options) { o.Batch = 65 }, reencrypt.ErrOther, "different batch"},
		"checkpoint": {func(_ *testing.T, o *reencrypt.Options) { o.Checkpoint = 1024 }, reencrypt.ErrOther, "different rows from"},
		"compress":   {func(_ *testing.T, o *reencrypt.Options) { o.Compress = reencrypt.Zstd }, reencrypt.ErrOther, "different compression"},
		"rejects":    {func(_ *testing.T, o *reencrypt.Options) { o.Rejects += "2.csv" }, reencrypt.ErrOther, "different name of the rejects"},
		"chip card":  {func(_ *testing.T, o *reencrypt.Options) { o.Job.ToChipCard = true }, reencrypt.ErrOther, "different goal"},
		"columns":    {func(_ *testing.T, o *reencrypt.Options) { o.Map = map[reencrypt.Role]string{"id": "note"} }, reencrypt.ErrOther, "different columns"},
		"input":      {func(t *testing.T, o *reencrypt.Options) { appendTo(t, o.In, "x\n") }, reencrypt.ErrOther, "different input"},
		"rows": {func(t *testing.T, o *reencrypt.Options) {
			info, err := os.Stat(o.In)
			require.NoError(t, err)
			text := read(t, o.In)
			require.NoError(t, os.WriteFile(o.In, []byte(strings.Replace(text, "card-1,", "card-9,", 1)), 0o600))
			require.NoError(t, os.Chtimes(o.In, info.ModTime(), info.ModTime()))
		}, reencrypt.ErrOther, "different input"},
		"output": {func(t *testing.T, o *reencrypt.Options) {
			text := read(t, o.Out+".partial")
			require.NoError(t, os.WriteFile(o.Out+".partial", []byte(strings.Replace(text, "card-1,", "card-9,", 1)), 0o600))
		}, reencrypt.ErrChanged, ""},
		"short output": {func(t *testing.T, o *reencrypt.Options) { require.NoError(t, os.Truncate(o.Out+".partial", 10)) }, reencrypt.ErrChanged, ""},
		"no rejects":   {func(t *testing.T, o *reencrypt.Options) { require.NoError(t, os.Remove(o.Rejects+".partial")) }, reencrypt.ErrChanged, ""},
		"checkpoint?": {func(t *testing.T, o *reencrypt.Options) {
			require.NoError(t, os.WriteFile(reencrypt.CheckpointOf(o.Out), []byte("{"), 0o600))
		}, reencrypt.ErrCheckpoint, ""},
		"not resumed": {func(_ *testing.T, o *reencrypt.Options) { o.Resume = false }, reencrypt.ErrBegun, ""},
		"force":       {func(_ *testing.T, o *reencrypt.Options) { o.Resume, o.Force = false, true }, nil, ""},
		"busy": {func(t *testing.T, o *reencrypt.Options) {
			unlock, err := flock.Lock(t.Context(), o.Out+".partial")
			require.NoError(t, err)
			t.Cleanup(unlock)
		}, reencrypt.ErrBusy, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, o := begun(t)
			o.Resume = true
			c.change(t, &o)
			_, err := reencrypt.Run(t.Context(), o)
			if c.want == nil {
				require.NoError(t, err)
				require.FileExists(t, o.Out)
				return
			}
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
			require.NoFileExists(t, o.Out)
		})
	}
}

// TestResumeOfNothingAndOfAll begins where nothing was begun, and says again what
// was finished.
func TestResumeOfNothingAndOfAll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := r.options(t, write(t, "in.csv", table(t, r, cards(500), 9)))
	o.Resume = true
	first, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	again, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, first, again)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Out), "*"))
	require.NoError(t, err)
	require.Len(t, left, 3)
	o.Job.To.Key = "zpk1"
	_, err = reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, reencrypt.ErrExists)
	o.Resume, o.Force = false, true
	m, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	require.NotEqual(t, first.Output.SHA256, m.Output.SHA256)
	require.Equal(t, sum(read(t, o.Out)), m.Output.SHA256)
}
