package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTour runs what make run starts and what it says to try: the service in the
// background, its curl lines, the tour, and the end of it.
func TestTour(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("curl")
	require.NoError(t, err, "curl is missing; install it: sudo apt-get install curl")
	program, err := exec.LookPath("pinion") // this test's own, see TestMain
	require.NoError(t, err)
	dir := t.TempDir()
	sh := func(line string) string {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(withoutConfig(os.Environ()), "PINION="+program)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", line, out)
		return string(out)
	}
	stop := "scripts/service stop " + dir
	t.Cleanup(func() { sh(stop) })
	said := sh("scripts/service start " + dir)
	var answers []string
	for line := range strings.Lines(said) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "curl ") {
			answers = append(answers, sh(line))
		}
	}
	require.Equal(t, []string{`{"status":"Unblocked","remainingTries":"3"}`, "", `{"pin":"0000"}`}, answers)
	require.Regexp(t, regexp.MustCompile(`(?m)^Everything came out as it should\.$`), sh("examples/tour.sh "+dir+"/ready.json"))

	again := sh("scripts/service start " + dir) // ends the first, and finds its cards again
	cards := regexp.MustCompile(`card [0-9]{9}  PAN [0-9]+`)
	require.Len(t, cards.FindAllString(said, -1), 3)
	require.Equal(t, cards.FindAllString(said, -1), cards.FindAllString(again, -1))
	sh(stop)
	require.NoFileExists(t, filepath.Join(dir, "ready.json"), "it ended in order")
}

// TestServiceOfAStalePIDFile: the number in it is another process's by now, which is left
// alone.
func TestServiceOfAStalePIDFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{}, {"serve", "--ready-file", "/elsewhere" + dir + "/ready.json"}} {
		other := exec.Command("sh", append([]string{"-c", "read line; exit 7", "sh"}, args...)...)
		in, err := other.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, other.Start())
		pid := filepath.Join(dir, "pid")
		require.NoError(t, os.WriteFile(pid, []byte(strconv.Itoa(other.Process.Pid)), 0o600))
		stop := exec.Command("sh", "scripts/service", "stop", dir)
		stop.Dir = filepath.Join("..", "..")
		out, err := stop.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, "No service runs from "+dir+".\n", string(out))
		require.NoFileExists(t, pid)
		require.NoError(t, in.Close())
		_ = other.Wait()
		require.Equal(t, 7, other.ProcessState.ExitCode(), "it ended by itself")
	}
}
