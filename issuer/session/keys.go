package session

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// Keys are the service's two private keys of P-256: one agrees on PIN keys, the
// other opens JWE. Each has one use, so that nothing made for one can be used on
// the other. Processes that answer for each other share them.
//
// They are behind functions, which print nothing.
type Keys struct {
	agreement  func() *ecdh.PrivateKey
	encryption func() *ecdsa.PrivateKey
}

const pemType = "PRIVATE KEY" // PKCS#8, RFC 7468 section 10

// NewKeys returns random keys.
func NewKeys() (*Keys, error) {
	agreement, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("issuer/session: %w", err)
	}
	encryption, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("issuer/session: %w", err)
	}
	return newKeys(agreement, encryption), nil
}

func newKeys(agreement *ecdh.PrivateKey, encryption *ecdsa.PrivateKey) *Keys {
	return &Keys{
		agreement:  func() *ecdh.PrivateKey { return agreement },
		encryption: func() *ecdsa.PrivateKey { return encryption },
	}
}

// ParseKeys reads what [Keys.PEM] wrote, or two keys that
//
//	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
//
// wrote, one after the other. The only error is [ErrKeys].
func ParseKeys(text []byte) (*Keys, error) {
	first, rest := parseKey(text)
	second, rest := parseKey(rest)
	if first == nil || second == nil || first.Equal(second) || len(bytes.TrimSpace(rest)) > 0 {
		return nil, ErrKeys
	}
	agreement, err := first.ECDH()
	if err != nil {
		return nil, ErrKeys
	}
	return newKeys(agreement, second), nil
}

// parseKey returns the first key of a PEM text and what comes after it, or nil.
func parseKey(text []byte) (key *ecdsa.PrivateKey, rest []byte) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, rest
	}
	defer clear(block.Bytes)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, rest
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, rest
	}
	return key, rest
}

// PEM returns both keys in PKCS#8. It is for a file that only the service reads;
// the caller should clear the bytes.
func (k *Keys) PEM() ([]byte, error) {
	var text bytes.Buffer
	for _, key := range []any{k.agreement(), k.encryption()} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, ErrKeys
		}
		err = pem.Encode(&text, &pem.Block{Type: pemType, Bytes: der})
		clear(der)
		if err != nil {
			return nil, ErrKeys
		}
	}
	return text.Bytes(), nil
}
