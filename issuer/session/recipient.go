package session

import (
	"github.com/go-jose/go-jose/v4"
)

// Recipient is a client's public key, which JWE are made for.
type Recipient struct{ encrypt jose.Encrypter }

// ParseRecipient returns the recipient of a JWK with a public key of P-256. JWE
// for it have the JWK's kid, if that has one of at most 128 characters. The error
// is [ErrPeer].
func ParseRecipient(jwk []byte) (*Recipient, error) {
	k, err := parseJWK(jwk)
	if err != nil {
		return nil, err
	}
	if k.Algorithm != "" && k.Algorithm != string(jose.ECDH_ES_A256KW) || len(k.KeyID) > 128 {
		return nil, ErrPeer
	}
	e, err := jose.NewEncrypter(contentEncryption[0],
		jose.Recipient{Algorithm: keyAlgorithms[0], Key: k.Key, KeyID: k.KeyID},
		(&jose.EncrypterOptions{}).WithContentType("json"))
	if err != nil {
		return nil, ErrPeer
	}
	return &Recipient{e}, nil
}

// seal returns a payload as a compact JWE for the recipient. The error is [ErrPeer].
func (r *Recipient) seal(payload []byte) ([]byte, error) {
	j, err := r.encrypt.Encrypt(payload)
	if err != nil {
		return nil, ErrPeer
	}
	text, err := j.CompactSerialize()
	if err != nil {
		return nil, ErrPeer
	}
	return []byte(text), nil
}
