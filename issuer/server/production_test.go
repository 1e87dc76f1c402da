package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/issuer/server"
	"github.com/pinion-hsm/pinion/keys"
)

// bank is a production deployment: a configuration file, a keystore with keys, a
// CA, and an authorization server.
type bank struct {
	ca     *authority
	issuer *ecdsa.PrivateKey
	jwks   *httptest.Server
	o      server.Options
	dir    string
	device string
}

func newBank(t *testing.T, flags map[string]string) *bank {
	t.Helper()
	b := &bank{ca: newAuthority(t)}
	var yaml string
	b.dir, yaml = etc(t, b.ca)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	b.issuer = key
	b.jwks = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Use: "sig"}}})
	}))
	t.Cleanup(b.jwks.Close)

	b.device = "soft:" + filepath.Join(b.dir, "keys.json") + "?passphrase-source=file:" + filepath.Join(b.dir, "credential")
	h, err := devices.Open(t.Context(), b.device, devices.Options{})
	require.NoError(t, err)
	for _, k := range []hsm.KeySpec{{Label: "issuer-storage", Algorithm: keys.AES128, Usage: keys.UsagePIN},
		{Label: "issuer-pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV}} {
		_, err := h.GenerateKey(t.Context(), k)
		require.NoError(t, err)
	}
	require.NoError(t, h.Close())

	all := map[string]string{
		"listen": "127.0.0.1:0", "device.uri": b.device, "device.allowInProcess": "true",
		"store": "sqlite:" + filepath.Join(b.dir, "cards.db"), "clients.jwt.jwksURL": b.jwks.URL, "timeouts.drain": "0s",
	}
	for k, v := range flags {
		all[k] = v
	}
	b.o = server.Options{
		Sources:   server.Sources{File: write(t, yaml), Flags: all},
		ReadyFile: filepath.Join(t.TempDir(), "ready.json"), Getenv: noEnv, Version: "test",
	}
	return b
}

// start starts the service; its clients trust the bank's CA.
func (b *bank) start(t *testing.T) *running {
	t.Helper()
	r := start(t, b.o)
	require.Empty(t, r.Token)
	require.Empty(t, r.CA)
	r.CAPEM = string(b.ca.pem())
	r.client = r.clientWith(tls.Certificate{})
	return r
}

// token returns an access token.
func (b *bank) token(t *testing.T, audience, scope string, expires time.Time) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: b.issuer, KeyID: "1"}}, nil)
	require.NoError(t, err)
	text, err := jwt.Signed(s).Claims(map[string]any{"iss": "https://login.example", "aud": audience, "sub": "backoffice",
		"scope": scope, "exp": expires.Unix()}).Serialize()
	require.NoError(t, err)
	return text
}

func TestTokens(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	r := b.start(t)
	soon := time.Now().Add(time.Minute)
	all := b.token(t, "pinion", "cards.write pin.set pin.reveal", soon)
	a := r.callAs(r.client, all, "POST", "/cards", `{"pan":"`+testPAN+`"}`)
	require.Equal(t, http.StatusCreated, a.status, a.body)
	path := "/cards/" + a.field(t, "publicToken").(string) + "/pin"
	require.Equal(t, http.StatusNoContent, r.callAs(r.client, all, "POST", path, `{"pin":"8068"}`).status)
	require.Equal(t, "8068", r.callAs(r.client, all, "GET", path, "").field(t, "pin"))
	require.Equal(t, http.StatusUnprocessableEntity, r.callAs(r.client, all, "POST", path, `{"pin":"1234"}`).status, "weak")

	status := func(key string) int {
		return r.callAs(r.client, b.token(t, "pinion", "pin.verify", soon), "POST", path+"/verify",
			`{"pinBlock":"0011223344556677","format":"iso-0","key":"`+key+`"}`).status
	}
	for _, key := range []string{"issuer-pvk", "issuer-storage", "tokyo", "zpk-nobody-has"} {
		require.Equal(t, http.StatusUnprocessableEntity, status(key), key)
	}

	for text, want := range map[string]int{
		b.token(t, "pinion", "pin.verify", soon):                       http.StatusForbidden,
		b.token(t, "another", "pin.reveal", soon):                      http.StatusUnauthorized,
		b.token(t, "pinion", "pin.reveal", time.Now().Add(-time.Hour)): http.StatusUnauthorized,
		"AAAAAAAAAAAAAAAAAAAAAAAAAA":                                   http.StatusUnauthorized,
		"":                                                             http.StatusUnauthorized,
		all[:len(all)-8] + "AAAAAAAA":                                  http.StatusUnauthorized,
	} {
		require.Equal(t, want, r.callAs(r.client, text, "GET", path, "").status)
	}
	require.NoError(t, r.end())
	for _, canary := range []string{all, testPAN, "hunter2", "048068"} { // the last is a clear block's beginning
		require.NotContains(t, r.log.String(), canary)
	}
	require.NotRegexp(t, `(^|[^0-9a-f])8068([^0-9a-f]|$)`, r.log.String(), "the PIN, and not four digits of a time or an id")
}

// TestCertificates: clients are known by certificates of the CA that is named, and
// by no others.
func TestCertificates(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	r := b.start(t)
	all := b.token(t, "pinion", "cards.write", time.Now().Add(time.Minute))
	card := r.callAs(r.client, all, "POST", "/cards", `{}`).field(t, "publicToken").(string)

	known := r.clientWith(issue(t, b.ca, "switch"))
	require.Equal(t, http.StatusOK, r.callAs(known, "", "GET", "/cards/"+card+"/pin/status", "").status)
	require.Equal(t, http.StatusForbidden, r.callAs(known, "", "POST", "/cards", `{}`).status, "a scope it has not")
	require.Equal(t, http.StatusUnauthorized, r.callAs(r.clientWith(issue(t, b.ca, "somebody")), "", "GET", "/cards/"+card, "").status)

	foreign := issue(t, newAuthority(t), "switch")
	_, err := r.clientWith(foreign).Get(r.URL + "/healthz")
	require.Error(t, err, "a certificate of another CA ends the handshake")
}

// TestNoWayIn: without clients, or without TLS, no service starts.
func TestNoWayIn(t *testing.T) {
	t.Parallel()
	b := newBank(t, map[string]string{"tls.certificate": "", "tls.key": ""})
	b.o.Stderr = &buffer{}
	require.ErrorContains(t, server.Run(t.Context(), b.o), "tls.certificate: it is missing")
}

// TestMissingKeys: a service whose keys are not on its HSM does not begin to
// serve, and says which is missing.
func TestMissingKeys(t *testing.T) {
	t.Parallel()
	b := newBank(t, map[string]string{"keys.storage": "issuer-strage"})
	b.o.Stderr = &buffer{}
	err := server.Run(t.Context(), b.o)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "issuer-strage")
	require.NoFileExists(t, b.o.ReadyFile)
	require.NoError(t, os.Remove(filepath.Join(b.dir, "cards.db")), "and it has closed what it opened")
}

// TestClearPINOff: one setting turns clear PINs off.
func TestClearPINOff(t *testing.T) {
	t.Parallel()
	b := newBank(t, map[string]string{"clearPIN": "false"})
	r := b.start(t)
	all := b.token(t, "pinion", "cards.write pin.set pin.reveal", time.Now().Add(time.Minute))
	card := r.callAs(r.client, all, "POST", "/cards", `{}`).field(t, "publicToken").(string)
	require.Equal(t, http.StatusForbidden, r.callAs(r.client, all, "POST", "/cards/"+card+"/pin", `{"pin":"8068"}`).status)
	require.Equal(t, http.StatusForbidden, r.callAs(r.client, all, "GET", "/cards/"+card+"/pin", "").status)
}
