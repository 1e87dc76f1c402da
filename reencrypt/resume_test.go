package reencrypt_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

var errGone = errors.New("the device is broken")

// outputs are the bytes that must not depend on what happened meanwhile.
func outputs(t *testing.T, o reencrypt.Options) [2]string {
	t.Helper()
	return [2]string{read(t, o.Out), read(t, o.Rejects)}
}

// whole does a file in one go, and returns what that makes.
func (r *rig) whole(t *testing.T, o reencrypt.Options) [2]string {
	t.Helper()
	_, err := reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
	return outputs(t, o)
}

// TestResumed stops runs at random calls of the device, over and over, and wants the
// bytes of a run in one go.
func TestResumed(t *testing.T) {
	t.Parallel()
	var device counting
	r := newRig(t, device.wrap)
	in := write(t, "in.csv", table(t, r, cards(3000), 9))
	for _, end := range []string{"", ".gz", ".zst"} {
		options := func() reencrypt.Options {
			o := r.options(t, in)
			o.Out, o.Rejects, o.Compress = o.Out+end, o.Rejects+end, reencrypt.CompressionOf(end)
			return o
		}
		want := r.whole(t, options())
		for round := range 10 {
			o := options()
			o.Resume = true
			stops := 0
			for done := int64(-1); ; stops++ {
				last := device.calls.Load() + 2 + rand.Int64N(20)
				device.fail = from(last, errGone)
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
	device.fail = from(15, errGone)
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

// from has a device fail after so many calls.
func from(calls int64, err error) func(int64) error {
	return func(n int64) error {
		if n > calls {
			return err
		}
		return nil
	}
}

// begun returns the options of a run that stopped in its middle.
func begun(t *testing.T) (*rig, reencrypt.Options) {
	t.Helper()
	var device counting
	r := newRig(t, device.wrap)
	o := r.options(t, write(t, "in.csv", table(t, r, cards(2000), 9)))
	device.fail = from(15, errGone)
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, errGone)
	device.fail = nil
	return r, o
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
