package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestThousandWrongPINs sends them at once, for one card, to one process and to
// three: three are judged, and the others are told that the PIN is blocked.
func TestThousandWrongPINs(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s := make(seats, 1)
		s[0].Store(startServe(t, t.TempDir(), "--device", "soft:"))
		thousandWrong(t, s)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		s, _, store := startCluster(t, sharedDatabase(t), 3)
		thousandWrong(t, s)
		logAsWritten(t, store)
	})
}

func thousandWrong(t *testing.T, s seats) {
	t.Helper()
	first := s[0].Load()
	h := registerCard(t, first, newPAN(1), "1234")
	body := sealPIN(t, first.zone(t), "4321", h.pan)
	var mu sync.Mutex
	answers := map[string]int{}
	together(1000, func(i int) {
		status, text, err := s[i%len(s)].Load().do("POST", h.path("/verify"), body)
		var a struct{ Type, Title string }
		if err == nil {
			err = json.Unmarshal(text, &a)
		}
		answer := a.Type
		if status == http.StatusOK {
			answer = strings.TrimSpace(string(text))
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			answer = err.Error()
		}
		answers[answer]++
	})
	require.Equal(t, map[string]int{
		`{"verified":false,"remainingTries":2}`: 1,
		`{"verified":false,"remainingTries":1}`: 1,
		`{"verified":false,"remainingTries":0}`: 1,
		"/docs#pin-blocked":                     997,
	}, answers)
	judged := 0
	for i := range s {
		judged += s[i].Load().verifications(t)
	}
	require.Equal(t, 3, judged, "PINs that reached the HSM")
	outcomes := map[string]int{}
	for _, e := range first.auditLog(t) {
		outcomes[e.Action+" "+e.Outcome]++
	}
	require.Equal(t, map[string]int{"card.register ok": 1, "pin.set ok": 1, "pin.verify wrong-pin": 3, "pin.verify blocked": 997}, outcomes)
}

// registerCard registers a card, of the product whose wrong PINs are all wrong,
// and sets its PIN.
func registerCard(t *testing.T, p *process, digits, pin string) *holding {
	t.Helper()
	var a struct{ PublicToken string }
	require.NoError(t, json.Unmarshal(p.must(t, http.StatusCreated, "POST", "/cards", `{"pan":"`+digits+`","product":"ibm"}`), &a))
	h := &holding{token: a.PublicToken, pan: parsePAN(digits)}
	p.must(t, http.StatusNoContent, "PUT", h.path(""), sealPIN(t, p.zone(t), pin, h.pan))
	return h
}
