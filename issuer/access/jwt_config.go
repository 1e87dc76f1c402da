package access

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// JWTConfig says which tokens to take.
type JWTConfig struct {
	Issuer   string // the iss claim, to the character
	Audience string // one of the aud claim

	// Where the issuer's JSON Web Key Set is: one of the two. A URL is https, or
	// http on loopback. The set is read again every ten minutes and when a token
	// names a key that is not in it.
	JWKSURL  string
	JWKSFile string

	HTTPClient *http.Client // for JWKSURL; nil is http.DefaultClient
	Algorithms []string     // accepted signatures; none is ES256, RS256, PS256 and EdDSA
}

// ErrJWTConfig is the answer of NewJWT to a configuration that cannot be used.
var ErrJWTConfig = errors.New("issuer/access: tokens need an issuer, an audience, one of JWKS URL and file, and asymmetric algorithms")

// NewJWT returns an Authenticator for tokens of one issuer. It does not ask for
// the key set yet, so that a service can start before its issuer: see [JWT.Ping].
// The values of ctx go to the requests for it; its end does not.
//
// Errors are ErrJWTConfig and those about the URL.
func NewJWT(ctx context.Context, c JWTConfig) (*JWT, error) {
	if c.Issuer == "" || c.Audience == "" || (c.JWKSURL == "") == (c.JWKSFile == "") {
		return nil, ErrJWTConfig
	}
	algorithms, err := signatureAlgorithms(c.Algorithms)
	if err != nil {
		return nil, err
	}
	load := fromFile(c.JWKSFile)
	if c.JWKSURL != "" {
		if load, err = fromURL(c.JWKSURL, c.HTTPClient); err != nil {
			return nil, err
		}
	}
	return &JWT{issuer: c.Issuer, audience: c.Audience, algorithms: algorithms, keys: newKeySet(ctx, load)}, nil
}

// signatureAlgorithms takes asymmetric algorithms only. With an HMAC among them,
// whoever knows the issuer's public key could sign (RFC 8725 section 2.1).
func signatureAlgorithms(names []string) ([]jose.SignatureAlgorithm, error) {
	known := []jose.SignatureAlgorithm{
		jose.ES256, jose.RS256, jose.PS256, jose.EdDSA, // the default
		jose.ES384, jose.RS384, jose.PS384, jose.ES512, jose.RS512, jose.PS512,
	}
	if len(names) == 0 {
		return known[:4], nil
	}
	var list []jose.SignatureAlgorithm
	for _, name := range names {
		if !slices.Contains(known, jose.SignatureAlgorithm(name)) {
			return nil, ErrJWTConfig
		}
		list = append(list, jose.SignatureAlgorithm(name))
	}
	return list, nil
}
