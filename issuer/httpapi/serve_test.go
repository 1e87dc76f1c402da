package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// logLines returns the request lines of the log.
func logLines(t *testing.T, r *rig) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(r.log.text()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		if m["msg"] == "request" {
			lines = append(lines, m)
		}
	}
	return lines
}

// logged returns the log without what has digits of its own, among which a PIN may
// be by chance.
func (r *rig) logged() string {
	r.t.Helper()
	var b strings.Builder
	for line := range strings.Lines(r.log.text()) {
		m := map[string]any{}
		require.NoError(r.t, json.Unmarshal([]byte(line), &m))
		for _, name := range []string{"time", "duration", "traceId", "stack"} {
			delete(m, name)
		}
		if card, _ := m["card"].(string); len(card) == 9 {
			delete(m, "card")
		}
		fmt.Fprintln(&b, m)
	}
	return b.String()
}

// TestLog has one line a request, with nothing of the client's in it.
func TestLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "2468")
	r.verify(token, "2468", pan)
	lines := logLines(t, r)
	last := lines[len(lines)-1]
	require.Equal(t, "/cards/{publicToken}/pin/verify", last["route"])
	require.Equal(t, "POST", last["method"])
	require.EqualValues(t, 200, last["status"])
	require.Equal(t, "static:all-scopes", last["client"])
	require.Equal(t, token, last["card"])
	require.Len(t, last["traceId"], 32)
	require.ElementsMatch(t, []string{"time", "level", "msg", "method", "route", "status", "duration", "client", "card", "traceId"}, sortedKeys(last))

	a := r.send("GET", "/cards/2468/pin?pin=2468", "", "X-PIN: 2468")
	require.Equal(t, "no-card", a.kind())
	q, err := http.NewRequest("C2468", r.server.URL+"/2468", strings.NewReader("2468"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, r.do(q).status)

	// The HSM's errors quote the label, which a client may have mistaken for a PIN.
	r.hsmDown.Store(true)
	a = r.send("POST", "/cards/"+token+"/pin/verify", `{"pinBlock":"0011223344556677","format":"iso-0","key":"2468"}`)
	require.Equal(t, "hsm-unavailable", a.kind())
	lines = logLines(t, r)
	last = lines[len(lines)-1]
	require.Equal(t, "ERROR", last["level"])
	require.Contains(t, last["cause"], "does not answer")
	require.Equal(t, a.json(t, "traceId"), last["traceId"])
	for _, secret := range []string{"2468", pan, all, r.block("2468", pan), "0011223344556677"} {
		require.NotContains(t, r.logged(), secret)
	}
}

// TestPanic contains panics: the client gets a problem, the log the place, and
// nobody the value.
func TestPanic(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.authPanics.Store(true)
	a := r.send("GET", "/cards/123456789", "")
	require.Equal(t, "internal-error", a.kind())
	require.Contains(t, r.log.text(), "faults_test.go")
	require.NotContains(t, r.log.text(), "canary 4729")
	require.NotContains(t, string(a.body), "canary")
	r.authPanics.Store(false)
	require.Equal(t, 200, r.send("GET", "/healthz", "").status)
}

// TestTrace has the trace of the request in problems and the audit log.
func TestTrace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("", "default", "")
	id := trace.TraceID{1, 2, 3}
	ctx := trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{1}}))
	for path, status := range map[string]int{"/cards/" + token + "/pin/unblock": 204, "/cards/1/pin/unblock": 404} {
		q := httptest.NewRequestWithContext(ctx, "POST", path, nil)
		q.Header.Set("Authorization", "Bearer "+all)
		q.Header.Set("Content-Type", "Application/JSON; charset=UTF-8")
		w := httptest.NewRecorder()
		r.api.ServeHTTP(w, q)
		require.Equal(t, status, w.Code, "%s", w.Body)
		require.Equal(t, "/cards/{publicToken}/pin/unblock", q.Pattern, "for whoever measures around the handler")
		if status == 404 {
			require.Contains(t, w.Body.String(), id.String())
		}
	}
	entries := auditLog(t, r)
	require.Equal(t, id.String(), entries[len(entries)-1]["trace"])
}

// TestAuditExport is a log that the offline check takes, whole and from an entry
// on.
func TestAuditExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.card(pan, "default", "2468")
	r.card("", "default", "2468")
	var entries []audit.Entry
	for _, line := range split(mediaLines, r.send("GET", "/audit", "").body) {
		var e audit.Entry
		require.NoError(t, json.Unmarshal(line, &e))
		entries = append(entries, e)
	}
	require.Len(t, entries, 4)
	_, err := audit.Verify(audit.Start(), func(yield func(audit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Len(t, split(mediaLines, r.send("GET", "/audit?from=3", "").body), 2)
	require.Empty(t, r.send("GET", "/audit?from=99", "").body)
	for _, query := range []string{"from=0", "from=-1", "from=1e3", "from=", "from=1&from=2", "from=99999999999999999999", "from=x"} {
		require.Equal(t, "invalid-request", r.send("GET", "/audit?"+query, "").kind(), query)
	}
	require.Equal(t, 200, r.send("GET", "/audit", "", "Authorization: Bearer "+auditor).status)
	require.Equal(t, "scope-missing", r.send("GET", "/cards/123456789", "", "Authorization: Bearer "+auditor).kind())
}

// TestLateBody has bodies of unknown length bounded too, and ends that do not come
// answered.
func TestLateBody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("", "default", "")
	send := func(body io.Reader) answer {
		q, err := http.NewRequest("POST", r.server.URL+"/cards/"+token+"/pin", body)
		require.NoError(t, err)
		q.Header.Set("Authorization", "Bearer "+all)
		q.Header.Set("Content-Type", "application/json")
		return r.do(q)
	}
	a := send(io.MultiReader(strings.NewReader(`{"pin":"1234","description":"`), strings.NewReader(strings.Repeat("x", 1<<20))))
	require.Equal(t, "body-too-large", a.kind())
	a = send(io.MultiReader(strings.NewReader(`{"pin":`), strings.NewReader(`"1234"}`)))
	require.Equal(t, 204, a.status)

	q := httptest.NewRequest("POST", "/cards/"+token+"/pin", io.MultiReader(strings.NewReader(`{"pin":"1234"`), failing{}))
	q.Header.Set("Authorization", "Bearer "+all)
	q.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	r.api.ServeHTTP(w, q)
	require.Equal(t, http.StatusBadRequest, w.Code)
}

// failing is a body that breaks off.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestIdempotency has a key belong to its client and its path, and answers that
// are refusals repeated as well.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "strict", "7391")
	other := r.card("", "strict", "")
	key := "Idempotency-Key: weak 1"
	for i := range 2 {
		a := r.send("POST", "/cards/"+token+"/pin", `{"pin":"1111"}`, key)
		require.Equal(t, "weak-pin", a.kind())
		require.Equal(t, i == 1, a.header.Get(headerReplayed) == "true")
	}
	require.Equal(t, "idempotency-key-reused", r.send("POST", "/cards/"+other+"/pin", `{"pin":"1111"}`, key).kind())
	require.Equal(t, "idempotency-key-reused", r.send("POST", "/cards/"+token+"/pin/unblock", `{}`, key).kind())

	wrong := `{"pinBlock":"` + r.block("8642", pan) + `","format":"iso-0","key":"zpk"}`
	left := []any{}
	for range 4 {
		a := r.send("POST", "/cards/"+token+"/pin/verify", wrong, "Idempotency-Key: try")
		left = append(left, a.json(t, "remainingTries"))
	}
	require.Equal(t, []any{2.0, 2.0, 2.0, 2.0}, left)
	require.True(t, slices.ContainsFunc(auditLog(t, r), func(e map[string]any) bool { return e["outcome"] == "wrong-pin" }))
}
