package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// terminal is a pseudo-terminal: what is written to its other end is kept.
type terminal struct {
	other *os.File
	mu    sync.Mutex
	text  bytes.Buffer
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	var number, locked int32
	for request, to := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &locked} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(to)))
		require.Zero(t, errno)
	}
	x := &terminal{}
	x.other, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(x, master)
	}()
	t.Cleanup(func() {
		_ = x.other.Close()
		<-ended // nobody has the other end any more
		_ = master.Close()
	})
	return x
}

// Write keeps what comes out of the terminal.
func (x *terminal) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.Write(b)
}

func (x *terminal) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text.String()
}

// TestProgressOnATerminal has a run whose standard error is a terminal: it tells how far
// it is on one line, which is gone at the end; the rows go where they belong.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 400)
	text, err := os.ReadFile(p.path("in.csv"))
	require.NoError(t, err)
	half := bytes.Index(text, []byte("card-200,"))
	require.Positive(t, half)
	x := newTerminal(t)
	cmd := p.command(t.Context(), "out.csv", "rejects.csv", append([]string{"--batch", "10", "--records", "csv"}, toTDES...)...)
	for i, arg := range cmd.Args {
		if arg == p.path("in.csv") {
			cmd.Args[i] = "-"
		}
	}
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, x.other
	require.NoError(t, cmd.Start())
	_, err = in.Write(text[:half])
	require.NoError(t, err)
	// Blocks of input are read whole, so not all of the half is done; and --progress 0,
	// which keeps a log quiet, is not for a terminal.
	require.Eventually(t, func() bool { return strings.Contains(x.String(), " rejected") }, time.Minute, 10*time.Millisecond, "nothing is told")
	require.Regexp(t, `^\r\x1b\[K\d+ rows, (\d+ rows/s, )?\d+ rejected`, x.String())
	_, err = in.Write(text[half:])
	require.NoError(t, err)
	require.NoError(t, in.Close())
	_ = cmd.Wait()
	require.Equal(t, exitNo, cmd.ProcessState.ExitCode(), "%s", x)
	require.Contains(t, said.String(), "400 rows: 396 translated, 4 rejected")
	require.NotContains(t, said.String(), "\x1b")
	require.Eventually(t, func() bool { return strings.Contains(x.String(), "\n") }, time.Minute, time.Millisecond, "what the terminal has is still being read")
	shown := x.String()
	require.Contains(t, shown, "\r\x1b[Kreencrypt: the manifest is in no audit log", "the line is taken away before anything else is said")
	require.Equal(t, 1, strings.Count(shown, "\n"), "there is one line of progress, and the note: %q", shown)
}
