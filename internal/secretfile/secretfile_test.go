package secretfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secretfile"
)

func TestRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4096)
	for text, want := range map[string]string{
		"word":        "word",
		"word\n":      "word",
		"word\r\n":    "word",
		"word\n\n":    "word\n",
		"word\r":      "word\r",
		" two words ": " two words ",
		"\x00\xff":    "\x00\xff",
		long:          long,
	} {
		got, err := secretfile.Read(file(t, text), "credential")
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, empty := range []string{"", "\n", "\r\n"} {
		_, err := secretfile.Read(file(t, empty), "credential")
		require.ErrorContains(t, err, "is empty")
	}
	_, err := secretfile.Read(file(t, strings.Repeat("x", 4097)), "passphrase")
	require.ErrorContains(t, err, "is longer than a passphrase can be")
	require.NotContains(t, err.Error(), "xx")

	_, err = secretfile.Read(filepath.Join(t.TempDir(), "none"), "credential")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = secretfile.Read(t.TempDir(), "credential")
	require.Error(t, err, "a directory")
}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}
