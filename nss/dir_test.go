//go:build cgo

package nss_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/nss"
)

func TestCreateAndOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b", "kept") // made, and with a blank
	token, err := nss.Create(dir)
	require.NoError(t, err)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	made, err := d.GenerateKey(t.Context(), zpk)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, token.Close())

	_, err = nss.Create(dir)
	require.ErrorContains(t, err, "is not empty")

	moved := filepath.Join(t.TempDir(), "moved")
	require.NoError(t, os.Rename(dir, moved))
	token, err = nss.Open(moved)
	require.NoError(t, err)
	k, err := open(t, token).FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	require.Equal(t, made, *k.Info())
	require.Equal(t, moved, token.Dir())
	require.NoError(t, token.Close())
	require.DirExists(t, moved, "Close keeps what Create made")
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := nss.Create(dir)
	require.NoError(t, err)
	second, err := nss.Open(dir)
	require.NoError(t, err)
	_, err = open(t, first).GenerateKey(t.Context(), zpk)
	require.NoError(t, err)
	_, err = open(t, second).FindKey(t.Context(), "zpk")
	require.NoError(t, err)
	require.NoError(t, first.Close())
	_, err = open(t, second).FindKey(t.Context(), "zpk")
	require.NoError(t, err, "closing one Token does not take the other's configuration")
	require.NoError(t, second.Close())
}

func TestCreateCleansUpAfterItself(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(t.TempDir(), "libsoftokn3.so")
	require.NoError(t, os.WriteFile(bad, []byte("no library"), 0o600))
	t.Setenv("NSS_MODULE", bad)
	_, err := nss.Create(dir)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = nss.Create(filepath.Join(dir, "new"))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.NoDirExists(t, filepath.Join(dir, "new"))
}

func TestBadDirectories(t *testing.T) {
	t.Parallel()
	_, err := nss.Open(t.TempDir())
	require.ErrorContains(t, err, "holds no token")
	_, err = nss.Open(filepath.Join(t.TempDir(), "missing"))
	require.ErrorContains(t, err, "holds no token")
	for _, dir := range []string{"", "a'b", `a\b`, "a]b", "a>b", "a\nb"} {
		_, err = nss.Create(dir)
		require.Error(t, err)
		_, err = nss.Open(dir)
		require.Error(t, err)
	}
}

// A database that other software keeps is left as it is.
func TestForeignDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, "key4.db")
	require.NoError(t, os.WriteFile(database, []byte("of Firefox"), 0o600))
	_, err := nss.Create(dir)
	require.ErrorContains(t, err, "is not empty")
	_, err = nss.Open(dir)
	require.ErrorContains(t, err, "holds no token")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	content, err := os.ReadFile(database)
	require.NoError(t, err)
	require.Equal(t, "of Firefox", string(content))
}

// What is in the directory is for its owner only.
func TestModes(t *testing.T) {
	t.Parallel()
	token := nss.New(t)
	require.NoError(t, filepath.WalkDir(token.Dir(), func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}
