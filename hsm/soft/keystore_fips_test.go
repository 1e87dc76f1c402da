package soft_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// With GODEBUG=fips140=only, scrypt is refused by an error and not by a panic.
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "keys.json")
	cmd := exec.CommandContext(t.Context(), self, path, "x", "1")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only", childEnv+"=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "keystores need scrypt, which GODEBUG=fips140=only does not allow")
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
}
