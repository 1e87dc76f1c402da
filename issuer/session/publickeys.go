package session

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// PublicKeys is the JSON Web Key Set of the service, RFC 7517 section 5: first the
// key for ECDH agreement, then the one for JWE.
type PublicKeys struct {
	Keys []PublicKey `json:"keys" required:"true" minItems:"2" nullable:"false" description:"First the key to agree on PIN keys with, then the key to make JWE for."`
}

// PublicKey is a public key of P-256 as a JWK, RFC 7517 section 4.
type PublicKey struct {
	KeyType    string   `json:"kty" required:"true" enum:"EC"`
	Curve      string   `json:"crv" required:"true" enum:"P-256"`
	X          string   `json:"x" required:"true" pattern:"^[A-Za-z0-9_-]{43}$"`
	Y          string   `json:"y" required:"true" pattern:"^[A-Za-z0-9_-]{43}$"`
	KeyID      string   `json:"kid" required:"true" pattern:"^[A-Za-z0-9_-]{43}$" description:"The key's thumbprint, RFC 7638."`
	Use        string   `json:"use" required:"true" enum:"enc"`
	Operations []string `json:"key_ops,omitempty" nullable:"false" description:"deriveKey: this is the key to agree on PIN keys with."`
	Algorithm  string   `json:"alg,omitempty" description:"ECDH-ES+A256KW: this is the key to make JWE for."`
	KDF        string   `json:"kdf,omitempty" description:"How an agreed key is derived. JOSE has no name for it."`
}

// Which key of PublicKeys is which.
const (
	agreementKey = iota
	encryptionKey
)

// PublicKeys returns what clients need to know.
func (s *Sessions) PublicKeys() PublicKeys {
	return PublicKeys{Keys: append([]PublicKey(nil), s.public.Keys...)}
}

func (k *Keys) public() (PublicKeys, error) {
	agreement, err := ecdsa.ParseUncompressedPublicKey(k.encryption().Curve, k.agreement().PublicKey().Bytes())
	if err != nil {
		return PublicKeys{}, ErrKeys
	}
	a, err := publicKey(agreement)
	if err != nil {
		return PublicKeys{}, err
	}
	a.Operations = []string{"deriveKey"}
	a.KDF = "ECDH; Concat KDF of NIST SP 800-56A with SHA-512, OtherInfo is the shared info; AES-128"
	e, err := publicKey(&k.encryption().PublicKey)
	if err != nil {
		return PublicKeys{}, err
	}
	e.Algorithm = string(jose.ECDH_ES_A256KW)
	return PublicKeys{Keys: []PublicKey{agreementKey: a, encryptionKey: e}}, nil
}

func publicKey(k *ecdsa.PublicKey) (PublicKey, error) {
	point, err := k.Bytes() // 04, x, y
	if err != nil {
		return PublicKey{}, ErrKeys
	}
	id, err := (&jose.JSONWebKey{Key: k}).Thumbprint(crypto.SHA256)
	if err != nil {
		return PublicKey{}, fmt.Errorf("issuer/session: thumbprint: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString
	return PublicKey{KeyType: "EC", Curve: "P-256", X: text(point[1:33]), Y: text(point[33:]), KeyID: text(id), Use: "enc"}, nil
}
