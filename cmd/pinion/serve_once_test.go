package main

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOnceInACluster sends one request to three processes many times at once,
// with one idempotency key: it is executed once, and everybody has its answer.
func TestOnceInACluster(t *testing.T) {
	t.Parallel()
	s, _, store := startCluster(t, sharedDatabase(t), 3)
	first := s[0].Load()
	h := registerCard(t, first, newPAN(1), "1234")
	zone := first.zone(t)
	for i, c := range []struct{ method, path, body, answer string }{
		{"POST", h.path("/verify"), sealPIN(t, zone, "4321", h.pan), `{"verified":false,"remainingTries":2}`},
		{"POST", h.path("/generate"), "{}", ""},
		{"PUT", h.path(""), sealPIN(t, zone, "5678", h.pan), ""},
		{"POST", h.path("/change"), `{"current":` + sealPIN(t, zone, "5678", h.pan) + `,"new":` + sealPIN(t, zone, "8765", h.pan) + `}`, ""},
		{"POST", "/cards", `{"pan":"` + newPAN(2) + `"}`, `{"publicToken":"`},
	} {
		before := len(first.auditLog(t))
		var mu sync.Mutex
		answers := map[string]int{}
		together(24, func(n int) {
			status, text, err := s[n%len(s)].Load().do(c.method, c.path, c.body, "Idempotency-Key", string(rune('a'+i)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || status >= 300 {
				text = []byte(http.StatusText(status) + " " + string(text))
			}
			answers[string(text)]++
		})
		require.Len(t, answers, 1, "%v", answers)
		for text := range answers {
			require.Contains(t, text, c.answer)
		}
		require.Equal(t, before+1, len(first.auditLog(t)), c.path)
	}
	logAsWritten(t, store)
}
