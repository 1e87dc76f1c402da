//go:build cgo

package softhsm_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

func TestCreateAndOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b", "kept") // made, and with a blank
	token, err := softhsm.Create(dir)
	require.NoError(t, err)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	made, err := d.GenerateKey(t.Context(), zpk)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, token.Close())

	_, err = softhsm.Create(dir)
	require.ErrorContains(t, err, "is not empty")

	moved := filepath.Join(t.TempDir(), "moved")
	require.NoError(t, os.Rename(dir, moved))
	token, err = softhsm.Open(moved)
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
	first, err := softhsm.Create(dir)
	require.NoError(t, err)
	second, err := softhsm.Open(dir)
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
	bad := filepath.Join(t.TempDir(), "libsofthsm2.so")
	require.NoError(t, os.WriteFile(bad, []byte("no library"), 0o600))
	t.Setenv("SOFTHSM2_MODULE", bad)
	_, err := softhsm.Create(dir)
	require.ErrorIs(t, err, pkcs11.ErrModule)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = softhsm.Create(filepath.Join(dir, "new"))
	require.ErrorIs(t, err, pkcs11.ErrModule)
	require.NoDirExists(t, filepath.Join(dir, "new"))
}

func TestBadDirectories(t *testing.T) {
	t.Parallel()
	_, err := softhsm.Open(t.TempDir())
	require.ErrorContains(t, err, "holds no token")
	_, err = softhsm.Open(filepath.Join(t.TempDir(), "missing"))
	require.ErrorContains(t, err, "holds no token")
	for _, dir := range []string{"", "a#b", "a\nb"} {
		_, err = softhsm.Create(dir)
		require.Error(t, err)
		_, err = softhsm.Open(dir)
		require.Error(t, err)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "serial"), []byte("far too long for a serial number"), 0o600))
	_, err = softhsm.Open(dir)
	require.ErrorContains(t, err, "damaged")
}

// What is in the directory is for its owner only.
func TestModes(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	require.NoError(t, filepath.WalkDir(token.Dir(), func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
	require.Equal(t, []string{"SOFTHSM2_CONF=" + filepath.Join(token.Dir(), "softhsm2.conf")}, token.Env())
}
