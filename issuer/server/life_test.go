package server_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// TestShutdownAnswers: a request that is in progress when the service is told to
// end is answered, and what it did is there at the next start.
func TestShutdownAnswers(t *testing.T) {
	t.Parallel()
	o := dev(t, t.TempDir(), map[string]string{"device.uri": "soft:"})
	r := start(t, o)
	token := r.card(testPAN, "default", "1111")

	// A request with a body that is not sent to its end yet.
	body, pipe := io.Pipe()
	q, err := http.NewRequestWithContext(t.Context(), "POST", r.URL+"/cards/"+token+"/pin", body)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+r.Token)
	q.Header.Set("Content-Type", "application/json")
	answered := make(chan error, 1)
	status := 0
	go func() {
		a, err := r.client.Do(q)
		if err == nil {
			status = a.StatusCode
			err = a.Body.Close()
		}
		answered <- err
	}()
	_, err = pipe.Write([]byte(`{"pin":`)) // returns when the transport has read it
	require.NoError(t, err)
	r.awaitRequest()

	r.stop()
	require.Eventually(t, func() bool {
		_, err := os.Stat(o.ReadyFile)
		return os.IsNotExist(err)
	}, 5*time.Second, 5*time.Millisecond, "the end has begun")
	select {
	case <-r.ended:
		require.FailNow(t, "the server did not wait")
	default:
	}
	_, err = pipe.Write([]byte(`"9876"}`))
	require.NoError(t, err)
	require.NoError(t, pipe.Close())
	require.NoError(t, <-answered)
	require.Equal(t, http.StatusNoContent, status)
	require.NoError(t, r.end())

	require.Equal(t, "9876", start(t, o).pin(token))
}

// TestDrain: at the end /readyz says 503 for a while, and requests are served.
func TestDrain(t *testing.T) {
	t.Parallel()
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "timeouts.drain": "3s"}))
	require.Equal(t, http.StatusOK, r.call("GET", "/readyz", "").status)
	r.stop()
	require.Eventually(t, func() bool { return r.call("GET", "/readyz", "").status == http.StatusServiceUnavailable },
		2*time.Second, 10*time.Millisecond)
	require.Equal(t, http.StatusOK, r.call("GET", "/healthz", "").status)
	require.Equal(t, http.StatusCreated, r.call("POST", "/cards", `{}`).status)
	require.NoError(t, r.end())
}

// TestCutOff: what has no answer at the end of the time for it is cut off, and
// that is no clean end.
func TestCutOff(t *testing.T) {
	t.Parallel()
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "timeouts.shutdown": "50ms"}))
	body, pipe := io.Pipe()
	defer pipe.Close()
	q, err := http.NewRequestWithContext(t.Context(), "POST", r.URL+"/cards", body)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+r.Token)
	q.Header.Set("Content-Type", "application/json")
	failed := make(chan error, 1)
	go func() {
		a, err := r.client.Do(q)
		if err == nil {
			_ = a.Body.Close()
		}
		failed <- err
	}()
	_, err = pipe.Write([]byte(`{`))
	require.NoError(t, err)
	r.awaitRequest()
	require.ErrorContains(t, r.end(), "cut off")
	require.NoError(t, pipe.Close()) // the client's transport waits for its body
	require.Error(t, <-failed)
}

func TestReadyWithoutKeys(t *testing.T) {
	t.Parallel()
	device := "softhsm:" + filepath.Join(t.TempDir(), "token")
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": device}))
	require.Equal(t, http.StatusOK, r.call("GET", "/readyz", "").status)
	h, err := devices.Open(t.Context(), device, devices.Options{})
	require.NoError(t, err)
	require.NoError(t, h.DeleteKey(t.Context(), "issuer-pvk"))
	require.NoError(t, h.Close())
	r.eventually(http.StatusServiceUnavailable, "/readyz")
	require.Equal(t, http.StatusOK, r.call("GET", "/healthz", "").status, "the process itself is well")
}

func TestReadyWithoutPostgreSQL(t *testing.T) {
	t.Parallel()
	cluster := pgtest.New(t, pgtest.WithoutSync())
	dsn, err := cluster.Database("cards")
	require.NoError(t, err)
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "store": dsn, "timeouts.store": "1s"}))
	require.NotContains(t, r.Store, ":"+"pinion@")
	token := r.card(testPAN, "default", "7531")

	require.NoError(t, cluster.Stop())
	r.eventually(http.StatusServiceUnavailable, "/readyz")
	a := r.call("POST", "/cards/"+token+"/pin/unblock", `{}`)
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))

	require.NoError(t, cluster.Start())
	r.eventually(http.StatusOK, "/readyz")
	require.Equal(t, "7531", r.pin(token))
}

// eventually waits for a status.
func (r *running) eventually(status int, path string) {
	r.t.Helper()
	last := 0
	require.Eventually(r.t, func() bool { last = r.call("GET", path, "").status; return last == status },
		10*time.Second, 50*time.Millisecond, func() string { return fmt.Sprint("last: ", last) })
}

// awaitRequest returns when the server has begun with a request that does not
// end, beside the one that asks.
func (r *running) awaitRequest() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		return strings.Contains(r.call("GET", "/metrics", "").body, "\npinion_http_requests_in_progress 2\n")
	}, 10*time.Second, 10*time.Millisecond)
}
