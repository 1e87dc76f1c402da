package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/server"
	"github.com/pinion-hsm/pinion/issuer/session"
)

// authority is a CA of a test.
type authority struct{ pair tls.Certificate }

func newAuthority(t *testing.T) *authority {
	t.Helper()
	return &authority{issue(t, nil, "test CA")}
}

// issue makes a certificate of a CA, or a CA.
func issue(t *testing.T, ca *authority, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, BasicConstraintsValid: true, IsCA: ca == nil,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	parent, signer := c, any(key)
	if ca != nil {
		parent, signer = ca.pair.Leaf, ca.pair.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.pair.Leaf.Raw})
}

// etc makes a directory with all files that server.Sample names, and returns the
// sample as YAML with that directory in place of /etc/pinion.
func etc(t *testing.T, ca *authority) (dir, yaml string) {
	t.Helper()
	dir = t.TempDir()
	put := func(name string, content []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	pair := issue(t, ca, "localhost")
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	put("server.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw}))
	put("server-key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	put("signing-key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	put("clients-ca.pem", ca.pem())
	put("data-key", []byte(strings.Repeat("5A", 32)+"\n"))
	put("not-hex", []byte(strings.Repeat("hunter2!", 8)))
	put("credential", []byte("hunter2"))
	put("excluded", []byte("# ours\n8068\n9629\n"))
	put("excluded-bad", []byte("8068\nhunter2\n"))
	keys, err := session.NewKeys()
	require.NoError(t, err)
	text, err := keys.PEM()
	require.NoError(t, err)
	put("session-keys.pem", text)
	bureau, err := (&jose.JSONWebKey{Key: issue(t, nil, "bureau").Leaf.PublicKey}).MarshalJSON()
	require.NoError(t, err)
	put("bureau.jwk", bureau)
	return dir, strings.ReplaceAll(server.Print(server.Sample()), "/etc/pinion", dir)
}
