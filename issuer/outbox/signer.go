package outbox

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"

	"github.com/go-jose/go-jose/v4"

	"github.com/pinion-hsm/pinion/issuer"
)

// jobType is the typ of the JWS, so that no signature of the same key on something
// else can pass for one on a job (RFC 8725 section 3.11).
const jobType = "pinion-mail-job"

// Signer signs jobs. Its key is behind a function, which prints nothing.
type Signer struct {
	sign   func(job []byte) (string, error)
	public jose.JSONWebKey
}

var _ issuer.Signer = (*Signer)(nil)

// NewSigner returns a Signer with an ed25519.PrivateKey (EdDSA) or an
// *ecdsa.PrivateKey of P-256 (ES256). The error is [ErrSigningKey].
func NewSigner(key crypto.Signer) (*Signer, error) {
	var alg jose.SignatureAlgorithm
	switch k := key.(type) {
	case ed25519.PrivateKey:
		alg = jose.EdDSA
		if len(k) != ed25519.PrivateKeySize {
			return nil, ErrSigningKey
		}
	case *ecdsa.PrivateKey:
		alg = jose.ES256
		if k == nil || k.Curve != elliptic.P256() {
			return nil, ErrSigningKey
		}
	default:
		return nil, ErrSigningKey
	}
	public := jose.JSONWebKey{Key: key.Public(), Algorithm: string(alg), Use: "sig"}
	id, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, ErrSigningKey
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(id)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: public.KeyID}},
		(&jose.SignerOptions{}).WithType(jobType).WithContentType("json"))
	if err != nil {
		return nil, ErrSigningKey
	}
	return &Signer{public: public, sign: func(job []byte) (string, error) {
		signed, err := s.Sign(job)
		if err != nil {
			return "", err
		}
		return signed.CompactSerialize()
	}}, nil
}

// ParseSigner returns a Signer with the private key of a PEM file (PKCS#8), as
// openssl genpkey -algorithm ed25519 writes it. The error is [ErrSigningKey].
func ParseSigner(text []byte) (*Signer, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, ErrSigningKey
	}
	defer clear(block.Bytes)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, ErrSigningKey
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, ErrSigningKey
	}
	return NewSigner(signer)
}

// Sign implements [issuer.Signer].
func (s *Signer) Sign(job []byte) ([]byte, error) {
	text, err := s.sign(job)
	if err != nil {
		return nil, ErrSigningKey
	}
	return []byte(text), nil
}

// PublicKey returns the key to give to the bureau, as a JWK whose kid is its
// thumbprint (RFC 7638).
func (s *Signer) PublicKey() ([]byte, error) {
	text, err := s.public.MarshalJSON()
	if err != nil {
		return nil, ErrSigningKey
	}
	return text, nil
}
