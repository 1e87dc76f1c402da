package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire is a bad connection to PostgreSQL: while it is on, it breaks now and then
// when the server reports a commit, so that only the server knows of it.
type wire struct {
	server string
	on     atomic.Bool
	broken atomic.Int64
}

// startWire returns a wire, and the address of the database over it.
func startWire(t *testing.T, dsn string) (w *wire, over string) {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	w = &wire{server: u.Host}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.join(client)
		}
	}()
	u.Host = l.Addr().String()
	return w, u.String()
}

// join is one connection.
func (w *wire) join(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	chunk := make([]byte, 64<<10)
	for {
		n, err := server.Read(chunk)
		// The server's last word on a transaction, and most often a chunk's.
		if w.on.Load() && bytes.Contains(chunk[:n], []byte("COMMIT\x00")) && rand.N(20) == 0 {
			w.broken.Add(1)
			return
		}
		if _, writing := client.Write(chunk[:n]); err != nil || writing != nil {
			return
		}
	}
}

// TestCommitsThatNobodyHearsOf breaks connections when commits are reported:
// clients are told that nobody knows, nothing is done twice, and sending a request
// again with its idempotency key gives the answer that was lost.
func TestCommitsThatNobodyHearsOf(t *testing.T) {
	t.Parallel()
	pg := sharedDatabase(t)
	w, store := startWire(t, pg.TCP(newDatabase(t, pg)))
	p := startServe(t, t.TempDir(), "--device", "soft:", "--store", store)
	l := newLoad(t, p.zone(t), 16, 3)
	for range crashRounds(t, 1) {
		var over atomic.Bool
		w.on.Store(true)
		wait := l.run(func(c *customer) bool { c.stepOn(p); return !over.Load() })
		l.more(1000)
		over.Store(true)
		wait()
		w.on.Store(false)
		l.judge(p)
	}
	require.Positive(t, w.broken.Load())
	require.Positive(t, l.unavailable.Load(), "somebody was told")
	logAsWritten(t, store)
	t.Logf("%d requests were answered, %d that nobody knows, for %d commits", l.answered.Load(), l.unavailable.Load(), w.broken.Load())
}
