package reencrypt_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// TestOneFileTwice names one file twice, in every way that there is: nothing is begun,
// not even by force, and the input stays.
func TestOneFileTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := table(t, r, cards(3), 0)
	for name, change := range map[string]func(t *testing.T, dir string, o *reencrypt.Options){
		"output":           func(_ *testing.T, _ string, o *reencrypt.Options) { o.Out = o.In },
		"rejects":          func(_ *testing.T, _ string, o *reencrypt.Options) { o.Rejects = o.In },
		"audit log":        func(_ *testing.T, _ string, o *reencrypt.Options) { o.AuditLog = o.In },
		"one for both":     func(_ *testing.T, _ string, o *reencrypt.Options) { o.Rejects = o.Out },
		"another way":      func(_ *testing.T, dir string, o *reencrypt.Options) { o.Out = dir + "/x/../in.csv" },
		"rejects.partial":  func(_ *testing.T, dir string, o *reencrypt.Options) { o.Rejects = dir + "/out.csv.partial" },
		"log.checkpoint":   func(_ *testing.T, dir string, o *reencrypt.Options) { o.AuditLog = dir + "/out.csv.checkpoint" },
		"rejects.manifest": func(_ *testing.T, dir string, o *reencrypt.Options) { o.Rejects = dir + "/out.csv.manifest.json" },
		"in.partial": func(t *testing.T, dir string, o *reencrypt.Options) {
			o.In = dir + "/out.csv.partial"
			require.NoError(t, os.WriteFile(o.In, []byte(text), 0o600))
		},
		"in is rejects.partial": func(t *testing.T, dir string, o *reencrypt.Options) {
			o.In = dir + "/rejects.csv.partial"
			require.NoError(t, os.WriteFile(o.In, []byte(text), 0o600))
		},
		"symbolic link": func(t *testing.T, dir string, o *reencrypt.Options) {
			o.Out = dir + "/link.csv"
			require.NoError(t, os.Symlink(o.In, o.Out))
		},
		"hard link": func(t *testing.T, dir string, o *reencrypt.Options) {
			require.NoError(t, os.Link(o.In, dir+"/out.csv.partial"))
		},
		"linked folder": func(t *testing.T, dir string, o *reencrypt.Options) {
			require.NoError(t, os.Symlink(dir, dir+"/folder"))
			o.Rejects = dir + "/folder/out.csv"
		},
		"a folder": func(t *testing.T, dir string, o *reencrypt.Options) {
			require.NoError(t, os.Mkdir(o.Out, 0o700))
		},
		"rejects a folder": func(t *testing.T, dir string, o *reencrypt.Options) { o.Rejects = dir },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			o := reencrypt.Options{HSM: r.h, Job: toISO0(), In: filepath.Join(dir, "in.csv"), Out: filepath.Join(dir, "out.csv"),
				Rejects: filepath.Join(dir, "rejects.csv"), Kind: reencrypt.CSV, Force: true}
			require.NoError(t, os.WriteFile(o.In, []byte(text), 0o600))
			change(t, dir, &o)
			before, err := os.ReadDir(dir)
			require.NoError(t, err)
			_, err = reencrypt.Run(t.Context(), o)
			require.ErrorIs(t, err, reencrypt.ErrOptions)
			require.Equal(t, text, read(t, o.In))
			after, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, after, len(before))
		})
	}
}

// TestRejectsOfTwoRuns has two runs with outputs of their own share a file of rejects:
// the second does not touch what the first wrote.
func TestRejectsOfTwoRuns(t *testing.T) {
	t.Parallel()
	r, first := begun(t)
	want := r.whole(t, r.options(t, first.In))
	for mode, job := range map[string]reencrypt.Job{"translate": toISO0(), "check": {From: toISO0().From, Mode: reencrypt.Check}} {
		second := r.options(t, first.In)
		second.Rejects, second.Job = first.Rejects, job
		_, err := reencrypt.Run(t.Context(), second)
		require.ErrorIs(t, err, reencrypt.ErrExists, mode)
		require.ErrorContains(t, err, "rejects.csv.partial, and no checkpoint of it")
		unlock, err := flock.Lock(t.Context(), first.Rejects+".partial")
		require.NoError(t, err)
		second.Force = true
		_, err = reencrypt.Run(t.Context(), second)
		require.ErrorIs(t, err, reencrypt.ErrBusy, mode)
		unlock()
		left, err := filepath.Glob(filepath.Join(filepath.Dir(second.Out), "*"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
	first.Resume = true
	require.Equal(t, want, r.whole(t, first))
}

// TestNoFolder names a folder that is not there, and has no file opened: nothing is left,
// and nothing has to be forced or resumed once there is.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := r.options(t, write(t, "in.csv", table(t, r, cards(300), 9)))
	o.Rejects = filepath.Join(filepath.Dir(o.Out), "folder", "rejects.csv")
	_, err := reencrypt.Run(t.Context(), o)
	require.ErrorIs(t, err, reencrypt.ErrWrite)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Out), "*"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, os.Mkdir(filepath.Dir(o.Rejects), 0o700))
	_, err = reencrypt.Run(t.Context(), o.WithoutFiles(syscall.EMFILE))
	require.ErrorIs(t, err, syscall.EMFILE)
	left, err = filepath.Glob(filepath.Join(filepath.Dir(o.Out), "*"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Dir(o.Rejects)}, left)
	_, err = reencrypt.Run(t.Context(), o)
	require.NoError(t, err)
}
