package access

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func TestKeySetFile(t *testing.T) {
	t.Parallel()
	key, newer := newKey(t, "a", jose.ES256), newKey(t, "b", jose.ES256)
	name := filepath.Join(t.TempDir(), "keys.json")
	write := func(k signingKey) {
		raw, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.private.Public(), KeyID: k.id}}})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, raw, 0o600))
	}
	j, err := NewJWT(t.Context(), JWTConfig{Issuer: "https://login.example", Audience: "pinion", JWKSFile: name})
	require.NoError(t, err)
	require.ErrorIs(t, j.Ping(t.Context()), ErrUnavailable, "there is no file yet")
	for _, k := range []signingKey{key, newer} {
		write(k)
		_, err = j.Authenticate(withBearer(k.sign(t, claimsWith(nil))))
		require.NoError(t, err)
	}
}

func TestKeysThatAreNotTaken(t *testing.T) {
	t.Parallel()
	good := newKey(t, "a", jose.ES256)
	marshal := func(k jose.JSONWebKey) string {
		raw, err := json.Marshal(k)
		require.NoError(t, err)
		return string(raw)
	}
	public := marshal(jose.JSONWebKey{Key: good.private.Public(), KeyID: "a"})
	bad := map[string]string{
		"private":        marshal(jose.JSONWebKey{Key: good.private, KeyID: "a"}),
		"symmetric":      marshal(jose.JSONWebKey{Key: []byte("0123456789abcdef0123456789abcdef"), KeyID: "a"}),
		"for encryption": marshal(jose.JSONWebKey{Key: good.private.Public(), KeyID: "a", Use: "enc"}),
		"short RSA":      `{"kty":"RSA","kid":"a","e":"AQAB","n":"` + strings.Repeat("z", 171) + `"}`,
		"unknown kind":   `{"kty":"XYZ","kid":"a"}`,
		"no point":       `{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}`,
	}
	for name, k := range bad {
		keys, err := parseKeys([]byte(`{"keys":[` + k + `]}`))
		require.Equal(t, errKeySet, err, name)
		require.Empty(t, keys, name)
		keys, err = parseKeys([]byte(`{"keys":[` + k + `,` + public + `]}`))
		require.NoError(t, err, name)
		require.Len(t, keys, 1, "%s: the good key beside it serves", name)
	}
	for _, set := range []string{``, `[]`, `{}`, `{"keys":{}}`, `{"keys":[]}`, `{"keys":[7]}`} {
		_, err := parseKeys([]byte(set))
		require.Equal(t, errKeySet, err, set)
	}
}

func TestKeySetServerTricks(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"redirect for ever": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		},
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat(" ", maxKeySet) + `]}`))
		},
		"not JSON": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
	} {
		srv := httptest.NewServer(handler)
		j, err := NewJWT(t.Context(), JWTConfig{Issuer: "i", Audience: "a", JWKSURL: srv.URL})
		require.NoError(t, err)
		require.ErrorIs(t, j.Ping(t.Context()), ErrUnavailable, name)
		srv.Close()
	}
}

// TestKeySetRedirectedToPlainHTTP has a network in which whoever answers plain
// HTTP would give out a key set.
func TestKeySetRedirectedToPlainHTTP(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: newKey(t, "a", jose.ES256).private.Public()}}})
	require.NoError(t, err)
	for to, good := range map[string]bool{"https://other.example/keys": true, "http://other.example/keys": false} {
		client := &http.Client{Transport: roundTrip(func(r *http.Request) *http.Response {
			w := httptest.NewRecorder()
			if r.URL.Host == "login.example" {
				http.Redirect(w, r, to, http.StatusFound)
			} else {
				_, _ = w.Write(raw)
			}
			return w.Result()
		})}
		j, err := NewJWT(t.Context(), JWTConfig{Issuer: "i", Audience: "a", JWKSURL: "https://login.example/keys", HTTPClient: client})
		require.NoError(t, err)
		require.Equal(t, good, j.Ping(t.Context()) == nil, to)
	}
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// TestKeyOfAnotherAlgorithm holds a key to the algorithm it was published for.
func TestKeyOfAnotherAlgorithm(t *testing.T) {
	t.Parallel()
	key := newKey(t, "a", jose.RS256)
	is := newIssuer(t)
	is.keys = []jose.JSONWebKey{{Key: key.private.Public(), KeyID: "a", Algorithm: "RS256"}}
	j := is.authenticator(t)
	_, err := j.Authenticate(withBearer(key.sign(t, claimsWith(nil))))
	require.NoError(t, err)
	key.algorithm = jose.PS256
	_, err = j.Authenticate(withBearer(key.sign(t, claimsWith(nil))))
	require.Equal(t, badSignature, err)
}
