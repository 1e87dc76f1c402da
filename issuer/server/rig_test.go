package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/server"
)

// running is a server under test.
type running struct {
	server.Ready
	t      *testing.T
	file   string // ready file
	log    *buffer
	stop   context.CancelFunc
	ended  chan struct{}
	err    error // of Run, once ended
	client *http.Client
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// dev returns the options of a development server in a directory.
func dev(t *testing.T, dir string, flags map[string]string) server.Options {
	return server.Options{
		Sources:   server.Sources{Flags: flags},
		Dev:       &server.Dev{Dir: dir},
		ReadyFile: filepath.Join(t.TempDir(), "ready.json"),
		Getenv:    func(string) string { return "" },
		Version:   "test",
	}
}

// start runs a server until the end of the test.
func start(t *testing.T, o server.Options) *running {
	t.Helper()
	r := launch(t, o)
	r.await()
	return r
}

// launch begins to run a server. Nothing can be asked of it before await.
func launch(t *testing.T, o server.Options) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t: t, file: o.ReadyFile, stop: stop, ended: make(chan struct{}), log: &buffer{}}
	o.Stderr = r.log
	go func() {
		defer close(r.ended)
		r.err = server.Run(ctx, o)
	}()
	t.Cleanup(func() { _ = r.end() })
	return r
}

// await returns when the server is ready.
func (r *running) await() {
	r.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		raw, err := os.ReadFile(r.file)
		if err == nil {
			require.NoError(r.t, json.Unmarshal(raw, &r.Ready))
			break
		}
		select {
		case <-r.ended:
			require.NoError(r.t, r.err, "%s", r.log)
			require.FailNow(r.t, "the server ended")
		case <-deadline:
			require.FailNow(r.t, "the server is not ready", "%s", r.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
	r.client = r.clientWith(tls.Certificate{})
}

// end ends the server in order and returns what Run returned.
func (r *running) end() error {
	r.stop()
	<-r.ended
	return r.err
}

// clientWith returns a client that trusts the server's CA and shows a
// certificate, if there is one.
func (r *running) clientWith(certificate tls.Certificate) *http.Client {
	pool := x509.NewCertPool()
	if r.CAPEM != "" {
		require.True(r.t, pool.AppendCertsFromPEM([]byte(r.CAPEM)))
	}
	setup := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if certificate.Leaf != nil {
		setup.Certificates = []tls.Certificate{certificate}
	}
	transport := &http.Transport{TLSClientConfig: setup}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// field returns a member of the answer.
func (a answer) field(t *testing.T, name string) any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.body), &m), a.body)
	return m[name]
}

// call sends a request with the server's token.
func (r *running) call(method, path, body string) answer {
	r.t.Helper()
	return r.callAs(r.client, r.Token, method, path, body)
}

func (r *running) callAs(client *http.Client, token, method, path, body string) answer {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+path, strings.NewReader(body))
	require.NoError(r.t, err)
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := client.Do(q)
	require.NoError(r.t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	require.NoError(r.t, err)
	return answer{a.StatusCode, a.Header, string(text)}
}

// card registers a card and sets its PIN.
func (r *running) card(pan, product, pin string) (token string) {
	r.t.Helper()
	a := r.call("POST", "/cards", `{"pan":"`+pan+`","product":"`+product+`"}`)
	require.Equal(r.t, http.StatusCreated, a.status, a.body)
	token = a.field(r.t, "publicToken").(string)
	a = r.call("POST", "/cards/"+token+"/pin", `{"pin":"`+pin+`"}`)
	require.Equal(r.t, http.StatusNoContent, a.status, a.body)
	return token
}

// pin returns a card's PIN.
func (r *running) pin(token string) any {
	r.t.Helper()
	a := r.call("GET", "/cards/"+token+"/pin", "")
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	return a.field(r.t, "pin")
}

const testPAN = "5432101234567891"
