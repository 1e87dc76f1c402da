package session_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/session"
)

// privateKeys returns the scalars of what Keys.PEM wrote.
func privateKeys(t *testing.T, text []byte) (agreement, encryption []byte) {
	t.Helper()
	var found [][]byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		require.NoError(t, err)
		d, err := k.(*ecdsa.PrivateKey).Bytes()
		require.NoError(t, err)
		found = append(found, d)
	}
	require.Len(t, found, 2)
	return found[0], found[1]
}

func TestKeysOnDisk(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	text, err := r.keys.PEM()
	require.NoError(t, err)
	again, err := session.ParseKeys(text)
	require.NoError(t, err)
	s, err := session.New(r.hsm, again, nil)
	require.NoError(t, err)
	require.Equal(t, r.PublicKeys(), s.PublicKeys())
}

func TestParseKeysRefuses(t *testing.T) {
	t.Parallel()
	k, err := session.NewKeys()
	require.NoError(t, err)
	good, err := k.PEM()
	require.NoError(t, err)
	half := good[:len(good)/2]
	block := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"empty":         nil,
		"one":           half,
		"one twice":     bytes.Repeat(half, 2),
		"three":         append(bytes.Clone(good), half...),
		"P-384":         append(bytes.Clone(half), block(p384)...),
		"RSA":           append(bytes.Clone(half), block(other)...),
		"another type":  bytes.ReplaceAll(good, []byte("PRIVATE KEY"), []byte("EC PRIVATE KEY")),
		"text after it": append(bytes.Clone(good), "more"...),
	} {
		_, err := session.ParseKeys(text)
		require.Equal(t, session.ErrKeys, err, name)
	}
}

// The JOSE library reads the key set, and has the same key identifiers.
func TestPublicKeys(t *testing.T) {
	t.Parallel()
	r := softRig(t)
	text, err := json.Marshal(r.PublicKeys())
	require.NoError(t, err)
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(text, &set))
	require.Len(t, set.Keys, 2)
	for i, k := range set.Keys {
		require.True(t, k.IsPublic())
		require.Equal(t, "enc", k.Use)
		id, err := k.Thumbprint(crypto.SHA256)
		require.NoError(t, err)
		require.Equal(t, r.PublicKeys().Keys[i].KeyID, b64url(id))
		require.Equal(t, k.KeyID, b64url(id))
	}
	require.Equal(t, []string{"deriveKey"}, r.PublicKeys().Keys[0].Operations)
	require.Equal(t, "ECDH-ES+A256KW", set.Keys[1].Algorithm)
}
