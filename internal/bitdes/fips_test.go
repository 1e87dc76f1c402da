//go:build !purego

package bitdes

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// With GODEBUG=fips140=only, which is read when a process starts, TDES is refused.
// (FIPS 140-3 mode does not start at all in a program built with purego.)
func TestFIPSOnly(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only", fipsEnv+"=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, fmt.Sprintf("%v\n%v\n", ErrFIPS, ErrFIPS), string(out))
}
