package server_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/lab/page"
)

// TestDevLab: the development mode has the lab's page beside the interface, for whoever
// opens it in a browser; it needs no token. go test alone builds no page: then what to
// do is said.
func TestDevLab(t *testing.T) {
	t.Parallel()
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:"}))
	a := r.callAs(r.client, "", "GET", "/lab", "")
	built, err := page.Built()
	if errors.Is(err, page.ErrNotBuilt) {
		require.Equal(t, http.StatusNotFound, a.status)
		require.Contains(t, a.body, "make build")
		require.NotContains(t, r.log.String(), r.URL+"/lab/")
		require.Contains(t, r.log.String(), "make build")
		return
	}
	require.Contains(t, r.log.String(), r.URL+"/lab/")
	require.Equal(t, http.StatusOK, a.status, "by a redirection")
	require.Equal(t, string(built["index.html"]), a.body)
	require.Equal(t, string(built["app.js"]), r.callAs(r.client, "", "GET", "/lab/app.js", "").body)
	require.Equal(t, http.StatusMethodNotAllowed, r.callAs(r.client, "", "POST", "/lab/", "pin=1234").status)
	require.Equal(t, http.StatusNotFound, r.callAs(r.client, "", "GET", "/lab/nothing", "").status)
	require.Equal(t, http.StatusUnauthorized, r.callAs(r.client, "", "GET", "/cards/AAAAAAAAAAAAAAAAAAAAAAAAAA", "").status, "the interface is as it was")
}

// TestNoLabInProduction: there is no page beside an issuer's cards.
func TestNoLabInProduction(t *testing.T) {
	t.Parallel()
	r := newBank(t, nil).start(t)
	for _, path := range []string{"/lab", "/lab/", "/lab/app.js"} {
		a := r.callAs(r.client, "", "GET", path, "")
		require.Equal(t, http.StatusNotFound, a.status, path)
		require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), path)
	}
}
