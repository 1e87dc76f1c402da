// Package fipstest has a test show what is refused and what works with
// GODEBUG=fips140=only. That is read when a process starts: so the program of the
// tests is started again.
package fipstest

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// variable marks the other process.
const variable = "PINION_TEST_FIPS_ONLY"

// Main is what TestMain calls. In the other process it runs only, and no test.
func Main(m *testing.M, only func() error) {
	if os.Getenv(variable) == "" {
		os.Exit(m.Run())
	}
	if err := only(); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// Test starts the other process, and fails unless what [Main] runs there succeeds.
func Test(t *testing.T) {
	t.Helper()
	require.Empty(t, os.Getenv(variable), "TestMain does not call Main")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=only", variable+"=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
