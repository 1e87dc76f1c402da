package session

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"

	"github.com/go-jose/go-jose/v4"
)

// maxPeer is the longest public key that is looked at, in bytes.
const maxPeer = 2048

// parsePeer returns a client's public key. A point that is not on the curve or at
// infinity, another curve, and a key with its private part are all [ErrPeer]: the
// decoder's own words quote what they could not read.
func parsePeer(text []byte) (*ecdsa.PublicKey, error) {
	if len(text) == 0 || len(text) > maxPeer {
		return nil, ErrPeer
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		k, err := parseJWK(text)
		if err != nil {
			return nil, err
		}
		return k.Key.(*ecdsa.PublicKey), nil
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), text)
	if err != nil {
		return nil, ErrPeer
	}
	return k, nil
}

// parseJWK returns a JWK whose key is a public one of P-256.
func parseJWK(text []byte) (*jose.JSONWebKey, error) {
	if len(text) > maxPeer {
		return nil, ErrPeer
	}
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(text); err != nil {
		return nil, ErrPeer
	}
	public, ok := k.Key.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() || !k.Valid() {
		return nil, ErrPeer
	}
	if k.Use != "" && k.Use != "enc" {
		return nil, ErrPeer
	}
	return &k, nil
}
