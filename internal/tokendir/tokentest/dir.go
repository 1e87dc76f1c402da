package tokentest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func (p Package[T]) testFind(t *testing.T) {
	path, err := p.Find()
	require.NoError(t, err, "the library is required for these tests")
	t.Setenv(p.Variable, path)
	found, err := p.Find()
	require.NoError(t, err)
	require.Equal(t, path, found)
	t.Setenv(p.Variable, t.TempDir())
	_, err = p.Find()
	require.Error(t, err, "a directory")
}

func (p Package[T]) testCreateAndOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b", "kept") // made, and with a blank
	token, err := p.Create(dir)
	require.NoError(t, err)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	made, err := d.GenerateKey(t.Context(), ZPK)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, token.Close())

	_, err = p.Create(dir)
	require.ErrorContains(t, err, "is not empty")

	moved := filepath.Join(t.TempDir(), "moved")
	require.NoError(t, os.Rename(dir, moved))
	token, err = p.Open(moved)
	require.NoError(t, err)
	k, err := Open(t, token).FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	require.Equal(t, made, *k.Info())
	require.Equal(t, moved, token.Dir())
	require.NoError(t, token.Close())
	require.DirExists(t, moved, "Close keeps what Create made")
}

func (p Package[T]) testOpenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := p.Create(dir)
	require.NoError(t, err)
	second, err := p.Open(dir)
	require.NoError(t, err)
	_, err = Open(t, first).GenerateKey(t.Context(), ZPK)
	require.NoError(t, err)
	_, err = Open(t, second).FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	require.NoError(t, first.Close())
	_, err = Open(t, second).FindKey(t.Context(), "zpk")
	require.NoError(t, err, "closing one Token does not take the other's configuration")
	require.NoError(t, second.Close())
}

func (p Package[T]) testCreateCleansUp(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(t.TempDir(), "library.so")
	require.NoError(t, os.WriteFile(bad, []byte("no library"), 0o600))
	t.Setenv(p.Variable, bad)
	_, err := p.Create(dir)
	require.ErrorIs(t, err, p.NoLibrary)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = p.Create(filepath.Join(dir, "new"))
	require.ErrorIs(t, err, p.NoLibrary)
	require.NoDirExists(t, filepath.Join(dir, "new"))
}

func (p Package[T]) testBadDirectories(t *testing.T) {
	t.Parallel()
	_, err := p.Open(t.TempDir())
	require.ErrorContains(t, err, "holds no token")
	_, err = p.Open(filepath.Join(t.TempDir(), "missing"))
	require.ErrorContains(t, err, "holds no token")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = p.Open(file) // as with a directory that may not be read, nobody knows what is in it
	require.ErrorIs(t, err, syscall.ENOTDIR)
	require.NotContains(t, err.Error(), "holds no token")
	for _, dir := range append([]string{"", "a\nb"}, p.BadDirectories...) {
		_, err = p.Create(dir)
		require.Error(t, err)
		_, err = p.Open(dir)
		require.Error(t, err)
	}
}
