package access

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// issuer is an authorization server: a key set over HTTP, and keys to sign with.
type issuer struct {
	*httptest.Server
	loads atomic.Int64
	down  atomic.Bool

	mu   sync.Mutex
	keys []jose.JSONWebKey
}

func newIssuer(t *testing.T, keys ...signingKey) *issuer {
	t.Helper()
	is := &issuer{}
	is.publish(keys...)
	is.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		is.loads.Add(1)
		if is.down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		is.mu.Lock()
		defer is.mu.Unlock()
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: is.keys})
	}))
	t.Cleanup(is.Close)
	return is
}

// publish replaces the key set.
func (is *issuer) publish(keys ...signingKey) {
	is.mu.Lock()
	defer is.mu.Unlock()
	is.keys = nil
	for _, k := range keys {
		is.keys = append(is.keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Use: "sig"})
	}
}

func (is *issuer) authenticator(t *testing.T) *JWT {
	t.Helper()
	j, err := NewJWT(t.Context(), JWTConfig{Issuer: "https://login.example", Audience: "pinion", JWKSURL: is.URL})
	require.NoError(t, err)
	return j
}

type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func newKey(t *testing.T, id string, algorithm jose.SignatureAlgorithm) signingKey {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	require.NoError(t, err)
	return signingKey{id, algorithm, private}
}

// claimsWith are good claims, with changes; a nil value removes one.
func claimsWith(changes map[string]any) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": "https://login.example", "aud": "pinion", "sub": "switch", "scope": "pin.verify",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for name, v := range changes {
		if c[name] = v; v == nil {
			delete(c, name)
		}
	}
	return c
}

func (k signingKey) sign(t *testing.T, claims any, headers ...string) string {
	t.Helper()
	return signWith(t, k.algorithm, jose.JSONWebKey{Key: k.private, KeyID: k.id}, claims, headers...)
}

// signWith signs; headers are names and values.
func signWith(t *testing.T, a jose.SignatureAlgorithm, key any, claims any, headers ...string) string {
	t.Helper()
	var opts jose.SignerOptions
	for i := 0; i < len(headers); i += 2 {
		opts.WithHeader(jose.HeaderKey(headers[i]), headers[i+1])
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: a, Key: key}, &opts)
	require.NoError(t, err)
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	jws, err := s.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return text
}

func withBearer(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/cards", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}
