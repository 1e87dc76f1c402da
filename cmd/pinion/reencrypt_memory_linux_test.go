package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReencryptMemory holds the whole process to 200 MB, however long the file.
func TestReencryptMemory(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, manyRows(t, 400_000))
	for _, end := range []string{".csv", ".csv.zst"} {
		cmd := p.command(t.Context(), "out"+end, "rejects"+end, toAES...)
		megabytes := peak(t, cmd)
		t.Logf("%d rows: %d MB", p.rows, megabytes)
		require.Positive(t, megabytes)
		require.Less(t, megabytes, 200)
	}
}

// peak runs a program and returns the most memory it had, in megabytes. It reads it
// as the program runs: what the system tells of one that has ended counts what this
// process had when it started it.
func peak(t *testing.T, cmd *exec.Cmd) (megabytes int) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", said.String())
			require.Equal(t, exitNo, exit.ExitCode(), "%s", said.String()) // some rows are rejected
			return megabytes
		case <-time.After(5 * time.Millisecond):
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		if err != nil {
			continue // it has just ended
		}
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		if f := strings.Fields(rest); len(f) > 0 {
			kilobytes, err := strconv.Atoi(f[0])
			require.NoError(t, err)
			megabytes = max(megabytes, kilobytes>>10)
		}
	}
}
