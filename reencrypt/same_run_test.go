package reencrypt_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

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
