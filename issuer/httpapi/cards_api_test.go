package httpapi

import (
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func hexText(b []byte) string { return hex.EncodeToString(b) }

const pan = "4111111111111111"

// TestCardsAPI is the documented life of a PIN, to the letter.
func TestCardsAPI(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "default", "")
	path := "/cards/" + token + "/pin"

	for _, body := range []string{`{"pin": 0000}`, "{\n\"pin\": 0000\n}", `{"pin":"0000"}`, `{"cardPin": "0000", "description": "why", "updatedBy": "who"}`} {
		a := r.send("POST", path, `{"pin":"9999"}`)
		require.Equal(t, 204, a.status, "%s", a.body)
		a = r.send("POST", path, body)
		require.Equal(t, 204, a.status, "%s: %s", body, a.body)
		require.Empty(t, a.body)
		a = r.send("GET", path, "")
		require.Equal(t, 200, a.status, "%s", a.body)
		require.JSONEq(t, `{"pin":"0000"}`, string(a.body))
	}

	a := r.send("GET", path+"/status", "")
	require.Equal(t, 200, a.status)
	require.JSONEq(t, `{"status":"Unblocked","remainingTries":"3"}`, string(a.body))
	for left := 2; left >= 0; left-- {
		a = r.verify(token, "1111", pan)
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Equal(t, false, a.json(t, "verified"))
		require.EqualValues(t, left, a.json(t, "remainingTries"))
	}
	a = r.verify(token, "0000", pan)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, "pin-blocked", a.kind())
	require.EqualValues(t, 0, a.json(t, "remainingTries"))
	a = r.send("GET", path+"/status", "")
	require.JSONEq(t, `{"status":"Blocked","remainingTries":"0"}`, string(a.body))

	a = r.send("POST", path+"/unblock", `{"description": "Unblocking blocked PIN","updatedBy": "John Smith"}`, "Content-Type: ")
	require.Equal(t, 415, a.status)
	a = r.send("POST", path+"/unblock", `{"description": "Unblocking blocked PIN","updatedBy": "John Smith"}`)
	require.Equal(t, 204, a.status, "%s", a.body)
	a = r.send("POST", path+"/unblock", "")
	require.Equal(t, 204, a.status, "%s", a.body)
	a = r.verify(token, "0000", pan)
	require.JSONEq(t, `{"verified":true}`, string(a.body))
}
