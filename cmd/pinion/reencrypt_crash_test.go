//go:build unix

package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	keystoreURI = "soft:DIR/keys.json?passphrase-source=file:DIR/pass"
	tokenURI    = "softhsm:DIR/token"
)

// manyRows is how long the files are: REENCRYPT_ROWS, or some.
func manyRows(t *testing.T, some int) int {
	t.Helper()
	if text := os.Getenv("REENCRYPT_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return some
}

// small makes many checkpoints in few rows.
var small = []string{"--batch", "500", "--checkpoint", "4000"}

// TestReencryptCrash kills the program at random instants and resumes it, over and
// over: what it writes in the end is what it writes in one go.
func TestReencryptCrash(t *testing.T) {
	t.Parallel()
	for name, uri := range map[string]string{"soft": keystoreURI, "softhsm": tokenURI} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPortfolio(t, uri, manyRows(t, 60_000))
			var busy time.Duration // how long a run takes
			kills := 0
			for _, end := range []string{".csv", ".csv.zst", ".csv.gz"} {
				flags := append(append([]string{}, small...), toTDES...)
				begun := time.Now()
				p.whole(t, "whole"+end, "rejected"+end, flags...)
				busy = time.Since(begun)
				for range crashRounds(t, 2) {
					kills += p.killed(t, busy, "out"+end, "rejects"+end, flags...)
					require.Equal(t, p.hash(t, "whole"+end), p.hash(t, "out"+end), "the output is another")
					require.Equal(t, p.hash(t, "rejected"+end), p.hash(t, "rejects"+end), "the rejects are others")
				}
			}
			kills += p.killed(t, busy, "aes.csv", "aesrejects.csv", append(append([]string{}, small...), toAES...)...)
			p.judge(t, "aes.csv", "aesrejects.csv")
			require.Positive(t, kills, "nothing was killed")
		})
	}
}

// killed runs the program until it comes to its end, and kills it on the way. It returns
// how often.
func (p *portfolio) killed(t *testing.T, busy time.Duration, out, rejects string, flags ...string) (kills int) {
	t.Helper()
	_ = os.Remove(p.path(out))
	_ = os.Remove(p.path(rejects))
	signals := []os.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, os.Interrupt}
	for {
		cmd := p.command(t.Context(), out, rejects, append(flags, "--resume", "--progress", "1ms")...)
		said := &firstWord{said: make(chan struct{})}
		cmd.Stderr = said
		require.NoError(t, cmd.Start())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = cmd.Wait()
		}()
		if strings.HasPrefix(p.device, "softhsm:") {
			// SoftHSM2 empties a file of its token and writes it anew when somebody logs
			// in. Who is killed there has no token any more.
			select {
			case <-said.said:
			case <-ended:
			}
		}
		// The instant is what is random here, and nothing waits for it. Later and
		// later, so that it comes to an end.
		fuse := time.AfterFunc(rand.N(busy/2+time.Duration(kills)*busy/10), func() {
			_ = cmd.Process.Signal(signals[rand.N(len(signals))])
		})
		<-ended
		fuse.Stop()
		switch code := cmd.ProcessState.ExitCode(); code {
		case exitNo:
			t.Logf("%s: stopped %d times", out, kills)
			return kills
		case -1, exitInterrupted:
			kills++
		default:
			t.Fatalf("exit code %d: %s", code, said.last())
		}
	}
}

// firstWord keeps what is written to it, and tells when that begins. It does not embed
// its buffer, whose ReadFrom would pass Write by.
type firstWord struct {
	text bytes.Buffer
	once sync.Once
	said chan struct{}
}

func (f *firstWord) Write(b []byte) (int, error) {
	f.once.Do(func() { close(f.said) })
	return f.text.Write(b)
}

// last returns the end of what was written, when nobody writes any more.
func (f *firstWord) last() string { return string(f.text.Bytes()[max(0, f.text.Len()-500):]) }

// TestReencryptFileSize lets the output grow to a limit, which is as a disk that
// is full: the program says how to go on, and does when there is room.
func TestReencryptFileSize(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 30_000)
	flags := append(append([]string{}, small...), toTDES...)
	p.whole(t, "whole.csv", "rejected.csv", flags...)
	cmd := p.command(t.Context(), "out.csv", "rejects.csv", flags...)
	limited := exec.Command("sh", append([]string{"-c", `ulimit -f 1000; exec "$@"`, "sh"}, cmd.Args...)...)
	limited.Env = cmd.Env
	said, err := limited.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, exitUsage, limited.ProcessState.ExitCode(), "%s", said)
	require.Regexp(t, `pinion: stopped after \d+ rows: the output cannot be written`, string(said))
	require.Contains(t, string(said), "the same command with --resume goes on from there")
	require.FileExists(t, p.path("out.csv.checkpoint"))
	require.NoFileExists(t, p.path("out.csv"))
	p.whole(t, "out.csv", "rejects.csv", append(flags, "--resume")...)
	require.Equal(t, p.hash(t, "whole.csv"), p.hash(t, "out.csv"))
	require.Equal(t, p.hash(t, "rejected.csv"), p.hash(t, "rejects.csv"))
}
