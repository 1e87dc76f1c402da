package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// process is a running pinion serve: this test's own program under that name, see
// TestMain. It is over when it was killed; another start is another process.
type process struct {
	URL      string `json:"url"`
	Token    string `json:"token"`
	TestKeys string `json:"testKeys"`

	cmd    *exec.Cmd
	ended  chan struct{}
	client *http.Client
}

// startServe starts a service on a directory and returns when it is ready. It
// ends with the test at the latest.
func startServe(t *testing.T, dir string, flags ...string) *process {
	t.Helper()
	own := t.TempDir()
	ready := filepath.Join(own, "ready.json")
	log, err := os.Create(filepath.Join(own, "log"))
	require.NoError(t, err)
	defer log.Close()
	p := &process{ended: make(chan struct{}), client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 1000}, Timeout: 2 * time.Minute}}
	p.cmd = exec.Command("pinion", append([]string{"serve", "--dev", "--dev-http", "--listen", "127.0.0.1:0",
		"--data", dir, "--ready-file", ready, "--set", "log.level=warn"}, flags...)...)
	p.cmd.Stderr = log
	p.cmd.Env = withoutConfig(os.Environ())
	tether(p.cmd)
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // killed, mostly
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("last words of process %d:\n%s", p.cmd.Process.Pid, text[max(0, len(text)-2000):])
		}
	})
	require.Eventually(t, func() bool {
		select {
		case <-p.ended:
			return true
		default:
		}
		text, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(text, p) == nil
	}, time.Minute, 5*time.Millisecond)
	require.NotEmpty(t, p.URL, "the service ended before it was ready")
	return p
}

// withoutConfig leaves out what would configure a service.
func withoutConfig(environ []string) (rest []string) {
	for _, e := range environ {
		if !strings.HasPrefix(e, "PINION_") {
			rest = append(rest, e)
		}
	}
	return rest
}

// kill ends the process by SIGKILL: nothing of it runs any more.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	p.client.CloseIdleConnections()
}

// do sends a request. An error means that nobody knows what came of it.
func (p *process) do(method, path, body string, header ...string) (status int, answer []byte, err error) {
	q, err := http.NewRequest(method, p.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Authorization", "Bearer "+p.Token)
	q.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	a, err := p.client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	answer, err = io.ReadAll(a.Body)
	return a.StatusCode, answer, err
}

// must sends a request that is answered with a status.
func (p *process) must(t *testing.T, want int, method, path, body string) []byte {
	t.Helper()
	status, answer, err := p.do(method, path, body)
	require.NoError(t, err)
	require.Equal(t, want, status, "%s %s: %s", method, path, answer)
	return answer
}

// auditLog returns the whole log.
func (p *process) auditLog(t *testing.T) []audit.Entry {
	t.Helper()
	var log []audit.Entry
	for line := range bytes.Lines(p.must(t, http.StatusOK, "GET", "/audit", "")) {
		var e audit.Entry
		require.NoError(t, json.Unmarshal(line, &e))
		log = append(log, e)
	}
	return log
}

// verifications returns how often the process had its HSM verify a PIN.
func (p *process) verifications(t *testing.T) (n int) {
	t.Helper()
	const series = `pinion_hsm_operation_duration_seconds_count{op="verify PIN",`
	for line := range strings.Lines(string(p.must(t, http.StatusOK, "GET", "/metrics", ""))) {
		if strings.HasPrefix(line, series) {
			_, number, _ := strings.Cut(line, "} ")
			k, err := strconv.Atoi(strings.TrimSpace(number))
			require.NoError(t, err)
			n += k
		}
	}
	return n
}

// logAsWritten has pinion audit verify say that a store's log is as written.
func logAsWritten(t *testing.T, store string) {
	t.Helper()
	code, stdout, stderr := command(t, "audit", "verify", "--store", store)
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Contains(t, stdout, ": as written")
}

// together calls f n times at once, each in a goroutine that is there already
// when the first begins.
func together(n int, f func(i int)) {
	begin := make(chan struct{})
	var there, done sync.WaitGroup
	there.Add(n)
	for i := range n {
		done.Go(func() {
			there.Done()
			<-begin
			f(i)
		})
	}
	there.Wait()
	close(begin)
	done.Wait()
}
