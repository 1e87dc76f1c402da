package nss

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindPatterns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x86_64-linux-gnu", "nss", "libsoftokn3.so")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	patterns := []string{filepath.Join(dir, "nss", "libsoftokn3.so"), filepath.Join(dir, "*", "nss", "libsoftokn3.so")}
	_, err := find(patterns)
	require.ErrorIs(t, err, ErrNotInstalled)
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	found, err := find(patterns)
	require.NoError(t, err)
	require.Equal(t, file, found)
}
