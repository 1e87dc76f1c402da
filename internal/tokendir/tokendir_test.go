package tokendir_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/tokendir"
)

func TestMake(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	dir := filepath.Join(t.TempDir(), "a", "b")
	fill := func(end error) func() error {
		return func() error {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "more"), 0o700))
			return errors.Join(tokendir.Write(filepath.Join(dir, "file"), []byte("x")), end)
		}
	}
	require.ErrorIs(t, tokendir.Make("caller", dir, fill(bad)), bad)
	require.NoDirExists(t, dir)

	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.ErrorIs(t, tokendir.Make("caller", dir, fill(bad)), bad)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err, "what was there before stays")
	require.Empty(t, entries)

	require.NoError(t, tokendir.Make("caller", dir, fill(nil)))
	require.FileExists(t, filepath.Join(dir, "file"))
	require.ErrorContains(t, tokendir.Make("caller", dir, func() error { panic("not reached") }), "caller: the directory")
	require.Error(t, tokendir.Make("caller", filepath.Join(dir, "file"), func() error { panic("not reached") }))
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
	require.NoError(t, tokendir.Write(name, []byte("old")))
	first := inode()
	require.NoError(t, tokendir.Write(name, []byte("old")))
	require.True(t, os.SameFile(first, inode()), "not written for nothing")

	open, err := os.Open(name)
	require.NoError(t, err)
	defer open.Close()
	require.NoError(t, tokendir.Write(name, []byte("new")))
	old := make([]byte, 3)
	_, err = open.Read(old)
	require.NoError(t, err)
	require.Equal(t, "old", string(old), "who has it open keeps what it was")
	require.Error(t, tokendir.Write(filepath.Join(name, "below a file"), nil))
}

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x86_64-linux-gnu", "token", "lib.so")
	patterns := []string{"[", filepath.Join(dir, "token", "lib.so"), filepath.Join(dir, "*", "token"), filepath.Join(dir, "*", "token", "lib.so")}
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	_, ok := tokendir.Find(patterns)
	require.False(t, ok, "a directory is no file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	found, ok := tokendir.Find(patterns)
	require.True(t, ok)
	require.Equal(t, file, found)
}
