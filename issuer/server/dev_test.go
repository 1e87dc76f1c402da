package server_test

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/server"
)

func TestDevServes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	r := start(t, dev(t, dir, map[string]string{"device.uri": "soft:"}))
	require.True(t, strings.HasPrefix(r.URL, "https://127.0.0.1:"), r.URL)
	require.Equal(t, []string{"default", "strict", "ibm", "stored"}, r.Products)
	require.Contains(t, r.log.String(), "FOR DEVELOPMENT ONLY")

	for product, pin := range map[string]string{"default": "0000", "ibm": "1234", "stored": "112233"} {
		token := r.card(map[string]string{"default": testPAN, "ibm": "4111111111111111", "stored": "5555555555554444"}[product], product, pin)
		require.Equal(t, pin, r.pin(token))
	}
	a := r.call("POST", "/cards", `{"product":"strict"}`)
	token := a.field(t, "publicToken").(string)
	require.Equal(t, http.StatusUnprocessableEntity, r.call("POST", "/cards/"+token+"/pin", `{"pin":"1234"}`).status)
	require.Equal(t, http.StatusForbidden, r.call("GET", "/cards/"+token+"/pin", "").status)

	require.Equal(t, http.StatusUnauthorized, r.callAs(r.client, "", "GET", "/cards/"+token, "").status)
	require.Equal(t, http.StatusUnauthorized, r.callAs(r.client, "AAAAAAAAAAAAAAAAAAAAAAAAAA", "GET", "/cards/"+token, "").status)

	require.NoError(t, r.end())
	require.NotContains(t, r.log.String(), r.Token)
	require.NotContains(t, r.log.String(), testPAN)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s may be read by others", f)
	}
}

// TestDevTLS: clients verify the certificate by every name of this machine, with
// the CA of the ready file and without another.
func TestDevTLS(t *testing.T) {
	t.Parallel()
	r := start(t, dev(t, t.TempDir(), map[string]string{"device.uri": "soft:"}))
	for _, name := range []string{"127.0.0.1", "localhost"} {
		url := r.URL
		r.URL = strings.Replace(url, "127.0.0.1", name, 1)
		require.Equal(t, http.StatusOK, r.call("GET", "/healthz", "").status)
		r.URL = url
	}
	_, err := (&http.Client{Transport: &http.Transport{}}).Get(r.URL + "/healthz")
	require.ErrorContains(t, err, "certificate")

	host := strings.TrimPrefix(r.URL, "https://")
	_, err = tls.Dial("tcp", host, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.ErrorContains(t, err, "protocol version")
}

func TestDevHTTP(t *testing.T) {
	t.Parallel()
	o := dev(t, t.TempDir(), map[string]string{"device.uri": "soft:"})
	o.Dev.HTTP = true
	r := start(t, o)
	require.True(t, strings.HasPrefix(r.URL, "http://127.0.0.1:"), r.URL)
	require.Empty(t, r.CA)
	require.Equal(t, "1234", r.pin(r.card(testPAN, "default", "1234")))
}

func TestDevIsForThisMachine(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.org:80"} {
		o := dev(t, t.TempDir(), map[string]string{"device.uri": "soft:", "listen": address})
		o.Stderr = &buffer{}
		err := server.Run(t.Context(), o)
		require.ErrorIs(t, err, server.ErrConfig)
		require.ErrorContains(t, err, "this machine alone")
		require.NoFileExists(t, o.ReadyFile)
	}
}

// TestRestart: on every kind of device a directory is found again with its cards,
// its token and its certificate.
func TestRestart(t *testing.T) {
	t.Parallel()
	for name, device := range map[string]string{
		"default": "", "soft": "soft:", "softhsm": "softhsm:",
		"kept token": "softhsm:" + filepath.Join(t.TempDir(), "token"),
		"keystore":   "soft:" + filepath.Join(t.TempDir(), "keys.json"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			flags := map[string]string{}
			if device != "" {
				flags["device.uri"] = device
			}
			o := dev(t, dir, flags)
			first := start(t, o)
			cards := map[string]string{first.card(testPAN, "default", "4711"): "4711",
				first.card("4111111111111111", "ibm", "5301"): "5301", first.card("5555555555554444", "stored", "902468"): "902468"}
			require.NoError(t, first.end())
			require.NoFileExists(t, o.ReadyFile)

			second := start(t, o)
			require.Equal(t, first.Token, second.Token)
			require.Equal(t, first.CAPEM, second.CAPEM)
			for token, pin := range cards {
				require.Equal(t, pin, second.pin(token))
			}
		})
	}
}

// TestSharedDirectory: processes that start at once in a new directory make one
// of everything.
func TestSharedDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	device := "softhsm:" + filepath.Join(t.TempDir(), "token")
	list := make([]*running, 3)
	for i := range list {
		list[i] = launch(t, dev(t, dir, map[string]string{"device.uri": device}))
	}
	for _, r := range list {
		r.await()
	}
	token := list[0].card(testPAN, "default", "2468")
	for _, r := range list {
		require.Equal(t, list[0].Token, r.Token)
		require.Equal(t, list[0].CAPEM, r.CAPEM)
		require.Equal(t, "2468", r.pin(token))
	}
}
