package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReaderGone: a reader that goes away ("| head") must not leave a throw-away
// token behind.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close()) // the first write fails already
	c := exec.CommandContext(t.Context(), os.Args[0], "device", "doctor", "--device", "softhsm:")
	c.Args[0] = "pinion" // by which TestMain knows that this is the command, not a test
	c.Env = append(os.Environ(), "TMPDIR="+tmp)
	c.Stdout = w
	_ = c.Run() // how it ends is not the matter here
	require.NoError(t, w.Close())
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
}
