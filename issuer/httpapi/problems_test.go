package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// TestPINProblems is the problems that are about PINs.
func TestPINProblems(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card(pan, "strict", "")
	for _, o := range []struct{ pin, kind string }{{"1111", "weak-pin"}, {"73915", "pin-length"}, {"7391", ""}} {
		a := r.send("POST", "/cards/"+token+"/pin", `{"pin":"`+o.pin+`"}`)
		require.Equal(t, o.kind, a.kind(), "%s", a.body)
		a = r.send("PUT", "/cards/"+token+"/pin", `{"pinBlock":"`+r.block(o.pin, pan)+`","format":"iso-0","key":"zpk"}`)
		require.Equal(t, o.kind, a.kind(), "%s", a.body)
	}
	require.JSONEq(t, `{"verified":true}`, string(r.verify(token, "7391", pan).body))

	// DUKPT: a key serial number goes with a base derivation key alone.
	for ksn, kind := range map[string]string{"FFFF9876543210E00000": "pin-block-refused", "FFFF9876543210E00001": "pin-block-unreadable"} {
		a := r.send("POST", "/cards/"+token+"/pin/verify", `{"pinBlock":"0011223344556677","format":"iso-0","key":"bdk","ksn":"`+ksn+`"}`)
		require.Equal(t, kind, a.kind(), "%s: %s", ksn, a.body)
	}
	for _, key := range []string{"storage", "pvk", "bureau", "nowhere"} {
		a := r.send("POST", "/cards/"+token+"/pin/verify", `{"pinBlock":"0011223344556677","format":"iso-0","key":"`+key+`"}`)
		require.Equal(t, "key-refused", a.kind(), "%s: %s", key, a.body)
	}
	require.EqualValues(t, 3, r.send("GET", "/cards/"+token, "").json(t, "remainingTries"))
	require.Equal(t, "411111******1111", r.send("GET", "/cards/"+token, "").json(t, "maskedPan"))
}

// TestPerCard has the requests about one card counted together.
func TestPerCard(t *testing.T) {
	t.Parallel()
	limits, err := access.NewLimiter(access.Limits{PerCard: access.Rate{PerSecond: 0.01, Burst: 2}})
	require.NoError(t, err)
	r := newRig(t, func(o *Options) { o.Limits = limits })
	token := r.card("", "default", "")
	for range 2 {
		require.Equal(t, 200, r.send("GET", "/cards/"+token, "").status)
	}
	a := r.send("GET", "/cards/"+token+"/pin/status", "")
	require.Equal(t, "too-many-requests", a.kind())
	body := strings.ReplaceAll(samples["pinControl"], "TOKEN", token)
	require.Equal(t, "too-many-requests", r.send("POST", "/ws/api/v1/WS_PinControl", body).kind())
	other := r.card("", "default", "")
	require.Equal(t, 200, r.send("GET", "/cards/"+other, "").status)
}

// TestMethodsAndPaths is what there is not.
func TestMethodsAndPaths(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("", "default", "")
	pin := "/cards/" + token + "/pin"
	a := r.send("DELETE", pin, "")
	require.Equal(t, http.StatusMethodNotAllowed, a.status)
	require.Equal(t, "method-not-allowed", a.kind())
	require.Equal(t, "GET, OPTIONS, POST, PUT", a.header.Get("Allow"))
	a = r.send("OPTIONS", pin, "", "Authorization: ")
	require.Equal(t, http.StatusNoContent, a.status)
	require.Equal(t, "GET, OPTIONS, POST, PUT", a.header.Get("Allow"))
	a = r.send("HEAD", pin, "")
	require.Equal(t, http.StatusMethodNotAllowed, a.status, "revealing a PIN is an event")
	a = r.send("HEAD", pin+"/status", "")
	require.Equal(t, http.StatusOK, a.status)
	require.Empty(t, a.body)
	for _, path := range []string{"/", "/cards/", "/cards//pin", "/cards/../cards", "/cards/%31/pin", "/cards/" + token + "/pin/", "/canary8812", "/audit/1"} {
		a = r.send("GET", path, "")
		require.Equal(t, http.StatusNotFound, a.status, path)
		require.NotEmpty(t, a.kind(), path)
		require.Empty(t, a.header.Get("Location"), path)
	}
}

// TestFields tells a client which members are wrong, and nothing of their values.
func TestFields(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.card("", "default", "")
	a := r.send("POST", "/cards/"+token+"/pin/verify", `{"pinBlock":"canary","format":"iso-0","ksn":"canary","description":"a\u0007b"}`)
	require.Equal(t, "invalid-request", a.kind())
	errs := a.json(t, "errors").(map[string]any)
	require.Equal(t, []any{"is missing"}, errs["key"])
	require.Contains(t, errs, "pinBlock")
	require.Contains(t, errs, "ksn")
	require.Contains(t, errs, "description")
	require.NotContains(t, string(a.body), "canary")
}
