//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/pgtest"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// queueWorker is a running pinion reencrypt --work.
type queueWorker struct {
	cmd   *exec.Cmd
	said  *saidSoFar
	ended chan struct{}
}

// saidSoFar is what a program has said so far.
type saidSoFar struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *saidSoFar) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *saidSoFar) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// startWorker starts a worker with a portfolio's device. It ends with the test at the
// latest.
func startWorker(t *testing.T, p *portfolio, url string, flags ...string) *queueWorker {
	t.Helper()
	args := []string{"reencrypt", "--queue", url, "--work", "--device", p.device, "--allow-in-process", "--rescue", "2s", "--workers", "4"}
	w := &queueWorker{cmd: exec.Command("pinion", append(args, flags...)...), said: &saidSoFar{}, ended: make(chan struct{})}
	w.cmd.Env = withoutConfig(os.Environ())
	w.cmd.Stdout, w.cmd.Stderr = w.said, w.said
	tether(w.cmd)
	require.NoError(t, w.cmd.Start())
	go func() {
		defer close(w.ended)
		_ = w.cmd.Wait()
	}()
	t.Cleanup(func() {
		w.signal(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("worker %d: %s", w.cmd.Process.Pid, w.said)
		}
	})
	return w
}

func (w *queueWorker) signal(s syscall.Signal) {
	_ = w.cmd.Process.Signal(s)
	if s != syscall.SIGSTOP && s != syscall.SIGCONT {
		<-w.ended
	}
}

// exits returns the exit code, when the worker has ended by itself. One that came, or
// came back to the database, when nothing was left of the run waits for the next one,
// and is told to end.
func (w *queueWorker) exits(t *testing.T) int {
	t.Helper()
	select {
	case <-w.ended:
	case <-time.After(30 * time.Second):
		w.signal(syscall.SIGTERM)
		require.NotContains(t, w.said.String(), ": working", "the worker does not end")
		require.Equal(t, exitInterrupted, w.cmd.ProcessState.ExitCode())
		return exitOK
	}
	return w.cmd.ProcessState.ExitCode()
}

// atWork returns how many chunks a worker has in hand, as the database knows it.
func (w *queueWorker) atWork(t *testing.T, url string) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	return w.inHand(t, conn)
}

func (w *queueWorker) inHand(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pinion_reencrypt.river_job WHERE state = 'running'
		AND attempted_by[array_upper(attempted_by, 1)] LIKE $1`, fmt.Sprintf("pinion-%d-%%", w.cmd.Process.Pid)).Scan(&n)
	if err != nil {
		return 0 // the tables are not there yet
	}
	return n
}

// killInMidChunk kills a worker that has chunks in hand, and returns how many.
func (w *queueWorker) killInMidChunk(t *testing.T, url string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url) // one for all: a run is over in a second
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end), "it had no chunk in hand")
		if w.inHand(t, conn) == 0 {
			continue
		}
		w.signal(syscall.SIGSTOP) // or it may be done with them before it is killed
		if w.inHand(t, conn) > 0 {
			break
		}
		w.signal(syscall.SIGCONT)
	}
	w.signal(syscall.SIGKILL)
	return w.atWork(t, url)
}

// submit returns the command that has the file.
func (p *portfolio) submit(t *testing.T, url, out, rejects string, flags ...string) *exec.Cmd {
	t.Helper()
	return p.command(t.Context(), out, rejects, append([]string{"--queue", url, "--batch", "250", "--rescue", "2s"}, flags...)...)
}

// emptied holds the database to having nothing left of a run.
func emptied(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pinion_reencrypt.run) + (SELECT count(*) FROM pinion_reencrypt.chunk)
		+ (SELECT count(*) FROM pinion_reencrypt.result)`).Scan(&n))
	require.Zero(t, n)
}

func queueURL(t *testing.T, pg *pgtest.Cluster) string {
	t.Helper()
	return pg.DSN(newDatabase(t, pg))
}

// TestQueueLosesAWorker kills one worker of three in mid-chunk: the output is that of
// one machine, and every row is there once.
func TestQueueLosesAWorker(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, manyRows(t, 40_000))
	lost := 0
	for round := range crashRounds(t, 2) {
		end := []string{".csv", ".csv.gz", ".csv.zst"}[round%3]
		if round < 3 {
			p.whole(t, "whole"+end, "rejected"+end, append([]string{"--batch", "250"}, toTDES...)...)
		}
		url := queueURL(t, sharedDatabase(t))
		workers := []*queueWorker{startWorker(t, p, url), startWorker(t, p, url), startWorker(t, p, url)}
		cmd := p.submit(t, url, "out"+end, "rejects"+end, append([]string{"--force"}, toTDES...)...)
		var said bytes.Buffer
		cmd.Stderr = &said
		require.NoError(t, cmd.Start())
		n := workers[0].killInMidChunk(t, url)
		lost += n
		_ = cmd.Wait()
		require.Equal(t, exitNo, cmd.ProcessState.ExitCode(), "%s", said.String())
		require.Equal(t, p.hash(t, "whole"+end), p.hash(t, "out"+end), "the output is another")
		require.Equal(t, p.hash(t, "rejected"+end), p.hash(t, "rejects"+end), "the rejects are others")
		require.Equal(t, exitOK, workers[1].exits(t))
		require.Equal(t, exitOK, workers[2].exits(t))
		emptied(t, url)
		t.Logf("%d chunks were in the hands of the worker that was killed", n)
	}
	require.Positive(t, lost)
	text, err := os.ReadFile(p.path("out.csv.manifest.json"))
	require.NoError(t, err)
	var m reencrypt.Manifest
	require.NoError(t, json.Unmarshal(text, &m))
	require.EqualValues(t, p.rows, m.Rows)
	require.EqualValues(t, p.rows, m.Translated+m.Rejected)
	require.Equal(t, p.hash(t, "out.csv"), m.Output.SHA256)
	require.Equal(t, p.hash(t, "in.csv"), m.Input.SHA256)
}

// TestQueueRandomFill does the same where no two blocks are alike: every row is in the
// output or in the rejects, once, in its place, and opens.
func TestQueueRandomFill(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, tokenURI, 40_000)
	url := queueURL(t, sharedDatabase(t))
	workers := []*queueWorker{startWorker(t, p, url), startWorker(t, p, url), startWorker(t, p, url)}
	cmd := p.submit(t, url, "aes.csv", "aesrejects.csv", toAES...)
	require.NoError(t, cmd.Start())
	workers[1].killInMidChunk(t, url)
	_ = cmd.Wait()
	require.Equal(t, exitNo, cmd.ProcessState.ExitCode())
	p.judge(t, "aes.csv", "aesrejects.csv")
}

// TestQueueOtherKeys has a worker whose device has another key of that name: it says so
// and leaves the run to who can do it.
func TestQueueOtherKeys(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 5_000)
	p.whole(t, "whole.csv", "rejected.csv", toTDES...)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pass"), []byte("correct horse"), 0o600))
	other := &portfolio{dir: dir, device: "soft:" + dir + "/keys.json?passphrase-source=file:" + dir + "/pass"}
	code, _, stderr := command(t, "lab", "load", "--device", other.device, "--key", portfolioKeys[0], "--key", "zpk3:P0:FEDCBA98765432100123456789ABCDEF")
	require.Equal(t, exitOK, code, stderr)
	url := queueURL(t, sharedDatabase(t))
	cmd := p.submit(t, url, "out.csv", "rejects.csv", toTDES...)
	require.NoError(t, cmd.Start())
	wrong := startWorker(t, other, url)
	require.Equal(t, exitRefused, wrong.exits(t))
	require.Regexp(t, `left to others: .*zpk3 is TDES.*KCV [0-9A-F]{6}, and not TDES.*KCV [0-9A-F]{6}`, wrong.said.String())
	policy := startWorker(t, p, url, "--policy", "open")
	require.Equal(t, exitRefused, policy.exits(t))
	require.Contains(t, policy.said.String(), "policy open, and not pci-pin")
	require.Equal(t, exitOK, startWorker(t, p, url).exits(t))
	_ = cmd.Wait()
	require.Equal(t, exitNo, cmd.ProcessState.ExitCode())
	require.Equal(t, p.hash(t, "whole.csv"), p.hash(t, "out.csv"))
}

// TestQueueSubmitterKilled kills who has the file, over and over: it goes on, and
// what workers did meanwhile is there.
func TestQueueSubmitterKilled(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 40_000)
	begun := time.Now()
	p.whole(t, "whole.csv", "rejected.csv", append([]string{"--batch", "250"}, toTDES...)...)
	busy := 3 * time.Since(begun)
	for range crashRounds(t, 2) {
		url := queueURL(t, sharedDatabase(t))
		worker := startWorker(t, p, url)
		kills, signals := 0, []os.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM}
		for over := false; !over; {
			flags := append([]string{"--resume", "--ahead", "64"}, toTDES...)
			cmd := p.submit(t, url, "out.csv", "rejects.csv", flags...)
			var said bytes.Buffer
			cmd.Stderr = &said
			require.NoError(t, cmd.Start())
			// The instant is what is random here, and nothing waits for it.
			fuse := time.AfterFunc(rand.N(busy+time.Duration(kills)*busy/5), func() { _ = cmd.Process.Signal(signals[rand.N(len(signals))]) })
			_ = cmd.Wait()
			fuse.Stop()
			switch code := cmd.ProcessState.ExitCode(); code {
			case exitNo:
				over = true
			case -1, exitInterrupted:
				kills++
			default:
				t.Fatalf("exit code %d: %s", code, said.String())
			}
		}
		require.Equal(t, p.hash(t, "whole.csv"), p.hash(t, "out.csv"))
		require.Equal(t, p.hash(t, "rejected.csv"), p.hash(t, "rejects.csv"))
		require.Equal(t, exitOK, worker.exits(t))
		emptied(t, url)
		t.Logf("killed %d times", kills)
		require.NoError(t, os.Remove(p.path("out.csv")))
		require.NoError(t, os.Remove(p.path("rejects.csv")))
	}
}

// TestQueueLosesItsDatabase kills PostgreSQL in mid-run: everybody waits, and goes on.
func TestQueueLosesItsDatabase(t *testing.T) {
	t.Parallel()
	pg := pgtest.New(t)
	p := newPortfolio(t, keystoreURI, 40_000)
	p.whole(t, "whole.csv", "rejected.csv", append([]string{"--batch", "250"}, toTDES...)...)
	url := queueURL(t, pg)
	workers := []*queueWorker{startWorker(t, p, url), startWorker(t, p, url)}
	cmd := p.submit(t, url, "out.csv", "rejects.csv", toTDES...)
	var said bytes.Buffer
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return workers[0].atWork(t, url) > 0 }, time.Minute, 3*time.Millisecond)
	require.NoError(t, pg.Kill())
	require.Eventually(t, func() bool { return strings.Contains(workers[0].said.String(), "the database does not answer") }, time.Minute, time.Millisecond)
	require.NoError(t, pg.Start())
	_ = cmd.Wait()
	require.Equal(t, exitNo, cmd.ProcessState.ExitCode(), "%s", said.String())
	require.Equal(t, p.hash(t, "whole.csv"), p.hash(t, "out.csv"))
	require.Equal(t, p.hash(t, "rejected.csv"), p.hash(t, "rejects.csv"))
	for _, w := range workers {
		require.Equal(t, exitOK, w.exits(t))
		w.quiet(t)
	}
	require.Equal(t, 1, strings.Count(workers[0].said.String(), "reencrypt: the database does not answer; it is waited for, up to 5m0s\n"))
	require.Equal(t, 1, strings.Count(workers[0].said.String(), "reencrypt: the database answers\n"))
}
