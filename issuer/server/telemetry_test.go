package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// secrets of the requests that these tests make.
const (
	canaryPIN  = "83047159" // nothing else has these digits
	canaryText = "canary-because"
)

// exercise makes requests of every outcome and returns what must show nowhere.
func exercise(t *testing.T, r *running) (canaries []string) {
	t.Helper()
	token := r.card(testPAN, "long", canaryPIN)
	require.Equal(t, canaryPIN, r.pin(token))
	require.Equal(t, http.StatusNoContent, r.call("POST", "/cards/"+token+"/pin/unblock", `{"description":"`+canaryText+`"}`).status)
	require.Equal(t, http.StatusNotFound, r.call("GET", "/cards/918273645/pin?pan="+testPAN, "").status)
	require.Equal(t, http.StatusNotFound, r.call("GET", "/"+canaryText+"/"+testPAN, "").status)
	require.Equal(t, http.StatusUnauthorized, r.callAs(r.client, "AAAAAAAAAAAAAAAAAAAAAAAAAA", "GET", "/cards/"+token, "").status)
	return []string{canaryPIN, testPAN, r.Token, canaryText, "AAAAAAAAAAAAAAAA", token, "918273645"}
}

// long is a configuration with a product whose PINs have eight digits.
const long = `
products:
  - {name: long, pinLength: 8, method: {name: ibm-3624}, key: issuer-ibm, reveal: true}
`

func TestMetrics(t *testing.T) {
	t.Parallel()
	o := dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "telemetry.listen": "127.0.0.1:0"})
	o.Sources.File = write(t, long)
	r := start(t, o)
	canaries := exercise(t, r)
	for _, scope := range []string{"", "AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		require.Equal(t, http.StatusUnauthorized, r.callAs(r.client, scope, "GET", "/metrics", "").status)
	}
	require.Equal(t, http.StatusMethodNotAllowed, r.call("POST", "/metrics", "{}").status)

	text := r.call("GET", "/metrics", "").body
	for _, series := range []string{
		`pinion_http_request_duration_seconds_count{code="204",method="POST",route="/cards/{publicToken}/pin"} 1`,
		`pinion_http_request_duration_seconds_count{code="404",method="GET",route="none"} 1`,
		`pinion_answers_total{action="pin.set",result="ok"} 1`,
		`pinion_answers_total{action="pin.reveal",result="ok"} 1`,
		`pinion_hsm_operation_duration_seconds_count{op="PIN reference",outcome="ok"} 1`,
		`pinion_group_requests_count `, `pinion_transaction_duration_seconds_count{outcome="ok"} `,
		`pinion_store_up 1`, `pinion_hsm_up 1`, `pinion_build_info{version="test"} 1`, `go_goroutines `,
	} {
		require.Contains(t, text, "\n"+series)
	}
	for _, c := range append(canaries, "issuer-ibm", "127.0.0.1", "static:dev") {
		require.NotContains(t, text, c)
	}

	// The same without a credential, on the address for it, and no card there.
	require.True(t, strings.HasPrefix(r.Metrics, "http://127.0.0.1:"))
	base := strings.TrimSuffix(r.Metrics, "/metrics")
	for path, status := range map[string]int{"/metrics": 200, "/healthz": 204, "/readyz": 204, "/cards/1": 404, "/": 404} {
		a, err := r.client.Get(base + path)
		require.NoError(t, err)
		require.NoError(t, a.Body.Close())
		require.Equal(t, status, a.StatusCode, path)
	}
	require.NoError(t, r.end())
	for _, c := range []string{canaryPIN, testPAN, r.Token, canaryText, "AAAAAAAAAAAAAAAA"} {
		require.NotContains(t, r.log.String(), c)
	}
}

// TestTraces: spans go to the collector, with the route and without what the
// client sent; the trace identifier of an outer service is kept, and told in
// problems.
func TestTraces(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got strings.Builder
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got.WriteString(q.URL.Path + "\n")
		_, _ = io.Copy(&got, q.Body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(collector.Close)
	o := dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "telemetry.otlpEndpoint": collector.URL})
	o.Sources.File = write(t, long)
	r := start(t, o)
	canaries := exercise(t, r)

	const outer = "4bf92f3577b34da6a3ce929d0e0e4736"
	q, err := http.NewRequestWithContext(t.Context(), "GET", r.URL+"/cards/918273645", nil)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+r.Token)
	q.Header.Set("Traceparent", "00-"+outer+"-00f067aa0ba902b7-01")
	q.Header.Set("User-Agent", canaryText)
	a, err := r.client.Do(q)
	require.NoError(t, err)
	body, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	require.Contains(t, string(body), `"traceId":"`+outer+`"`)

	require.NoError(t, r.end(), "the last spans are sent at the end")
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"/v1/traces\n", "POST /cards/{publicToken}/pin", "GET none", "http.route", "http.response.status_code", "hsm generate PIN", "hsm PIN reference", "hsm translate PIN"} {
		require.Contains(t, got.String(), want)
	}
	for _, c := range canaries {
		require.NotContains(t, got.String(), c)
	}
	for _, attribute := range []string{"url.path", "url.query", "client.address", "user_agent"} {
		require.NotContains(t, got.String(), attribute)
	}
}

// TestTraceIDWithoutCollector: problems and the log have a trace identifier
// whether anybody collects traces or not.
func TestTraceIDWithoutCollector(t *testing.T) {
	t.Parallel()
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:"}))
	id := r.call("GET", "/cards/918273645", "").field(t, "traceId").(string)
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{32}$`), id)
	require.Contains(t, r.log.String(), id)
	id = r.callAs(r.client, "", "GET", "/metrics", "").field(t, "traceId").(string)
	require.NotEqual(t, strings.Repeat("0", 32), id)
}
