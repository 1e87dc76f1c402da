//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReencryptStoppedCode tells a run that was stopped, by its exit code alone, from one
// that is whole and has rejects: in all ways there are to run it, and with the output of
// an earlier run in place.
func TestReencryptStoppedCode(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 1500)
	bad := "pan,block\n" + strings.Repeat("4111111111111111,none\n", 1500)
	require.NoError(t, os.WriteFile(p.path("bad.csv"), []byte(bad), 0o600))
	url := queueURL(t, sharedDatabase(t))
	ends := func(cmd *exec.Cmd, code int, says string) {
		t.Helper()
		said, _ := cmd.CombinedOutput()
		require.Equal(t, code, cmd.ProcessState.ExitCode(), "%s", said)
		require.Contains(t, string(said), says)
	}
	of := func(in string, cmd *exec.Cmd) *exec.Cmd {
		for i, arg := range cmd.Args {
			if arg == p.path("in.csv") {
				cmd.Args[i] = p.path(in)
			}
		}
		return cmd
	}
	for name, mode := range map[string][]string{"file": nil, "check": {"--check"}, "dry-run": {"--dry-run"}, "queue": {"--queue", url}, "queued check": {"--queue", url, "--check"}} {
		flags := append(append([]string{"--force"}, mode...), toTDES...)
		if len(mode) > 1 {
			startWorker(t, p, url)
		}
		require.NoError(t, os.WriteFile(p.path("out.csv"), []byte("of an earlier run"), 0o600))
		ends(of("bad.csv", p.command(t.Context(), "out.csv", "rejects.csv", flags...)), exitUsage, "too many rows are rejected")
		out, err := os.ReadFile(p.path("out.csv"))
		require.NoError(t, err)
		require.Equal(t, "of an earlier run", string(out), name)
		if len(mode) > 1 {
			startWorker(t, p, url)
		}
		ends(of("bad.csv", p.command(t.Context(), "out.csv", "rejects.csv", append(flags, "--max-rejects", "none")...)), exitNo, "1500 rejected")
	}
}
