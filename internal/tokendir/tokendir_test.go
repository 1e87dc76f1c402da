package tokendir

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFill(t *testing.T) {
	t.Parallel()
	k := &Kind{Name: "caller"}
	bad := errors.New("bad")
	dir := filepath.Join(t.TempDir(), "a", "b")
	filling := func(end error) func() error {
		return func() error {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "more"), 0o700))
			return errors.Join(write(filepath.Join(dir, "file"), []byte("x")), end)
		}
	}
	require.ErrorIs(t, k.fill(dir, filling(bad)), bad)
	require.NoDirExists(t, dir)

	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.ErrorIs(t, k.fill(dir, filling(bad)), bad)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err, "what was there before stays")
	require.Empty(t, entries)

	require.NoError(t, k.fill(dir, filling(nil)))
	require.FileExists(t, filepath.Join(dir, "file"))
	require.ErrorContains(t, k.fill(dir, func() error { panic("not reached") }), "caller: the directory")
	require.Error(t, k.fill(filepath.Join(dir, "file"), func() error { panic("not reached") }))
}

func TestWrite(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	inode := func() os.FileInfo {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
		return info
	}
	require.NoError(t, write(name, []byte("old")))
	first := inode()
	require.NoError(t, write(name, []byte("old")))
	require.True(t, os.SameFile(first, inode()), "not written for nothing")

	open, err := os.Open(name)
	require.NoError(t, err)
	defer open.Close()
	require.NoError(t, write(name, []byte("new")))
	old := make([]byte, 3)
	_, err = open.Read(old)
	require.NoError(t, err)
	require.Equal(t, "old", string(old), "who has it open keeps what it was")
	require.Error(t, write(filepath.Join(name, "below a file"), nil))
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x86_64-linux-gnu", "token", "lib.so")
	k := &Kind{Name: "caller", Missing: errors.New("install it"), Patterns: []string{
		"[", filepath.Join(dir, "token", "lib.so"), filepath.Join(dir, "*", "token"), filepath.Join(dir, "*", "token", "lib.so"),
	}}
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	_, err := k.Find()
	require.Equal(t, k.Missing, err, "a directory is no file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	found, err := k.Find()
	require.NoError(t, err)
	require.Equal(t, file, found)
}
