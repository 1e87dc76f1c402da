package access

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// leeway is how far the clocks of issuer and service may be apart.
const leeway = 30 * time.Second

// JWT recognises signed access tokens (RFC 7519, RFC 9068).
type JWT struct {
	issuer, audience string
	algorithms       []jose.SignatureAlgorithm
	keys             *keySet
}

// Ping says whether tokens could be verified now: nil, or ErrUnavailable.
func (j *JWT) Ping(ctx context.Context) error {
	_, _, err := j.keys.current(ctx)
	return err
}

// Authenticate verifies the request's bearer token. An issuer whose keys cannot
// be had is ErrUnavailable.
func (j *JWT) Authenticate(r *http.Request) (*Principal, error) {
	text, err := bearer(r)
	if err != nil {
		return nil, err
	}
	token, err := jose.ParseSignedCompact(text, j.algorithms)
	if err != nil || len(token.Signatures) != 1 {
		return nil, badAlgorithm
	}
	if !isAccessToken(&token.Signatures[0].Protected) {
		return nil, badType
	}
	c, err := j.verify(r.Context(), token)
	if err != nil {
		return nil, err
	}
	if err := j.check(c); err != nil {
		return nil, err
	}
	return c.principal()
}

// isAccessToken looks at the type of a token, so that no other kind of JWT of the
// same issuer (a logout token, a proof of possession) serves as an access token
// (RFC 8725 section 3.11). Many issuers give no type, or "JWT".
func isAccessToken(h *jose.Header) bool {
	typ, found := h.ExtraHeaders[jose.HeaderType]
	if !found {
		return true
	}
	name, _ := typ.(string)
	name = strings.TrimPrefix(strings.ToLower(name), "application/")
	return name == "jwt" || name == "at+jwt"
}

// verify returns the claims of a token with a good signature. If no key fits it
// asks for the key set once more: the issuer may have a new one.
func (j *JWT) verify(ctx context.Context, token *jose.JSONWebSignature) (*claims, error) {
	keys, fresh, err := j.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	h := &token.Signatures[0].Protected
	c, err := open(token, fitting(keys, h))
	if err != badSignature || fresh {
		return c, err
	}
	if h.KeyID != "" && len(fitting(keys, h)) > 0 {
		return nil, badSignature // the key is known; a new set would say the same
	}
	if keys, err = j.keys.refresh(ctx); err != nil {
		return nil, err
	}
	return open(token, fitting(keys, h))
}

// fitting returns the keys that may have signed under this header.
func fitting(keys []jose.JSONWebKey, h *jose.Header) []jose.JSONWebKey {
	var fit []jose.JSONWebKey
	for _, k := range keys {
		if (h.KeyID == "" || k.KeyID == h.KeyID) && (k.Algorithm == "" || k.Algorithm == h.Algorithm) {
			fit = append(fit, k)
		}
	}
	return fit
}

// check decides on the claims of a token whose signature is good.
func (j *JWT) check(c *claims) error {
	if c.Expiry == nil {
		return noExpiry
	}
	err := c.ValidateWithLeeway(jwt.Expected{
		Issuer: j.issuer, AnyAudience: jwt.Audience{j.audience}, Time: j.keys.now(),
	}, leeway)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrExpired):
		return expired
	case errors.Is(err, jwt.ErrNotValidYet), errors.Is(err, jwt.ErrIssuedInTheFuture):
		return notYet
	case errors.Is(err, jwt.ErrInvalidIssuer):
		return wrongIssuer
	case errors.Is(err, jwt.ErrInvalidAudience):
		return wrongAudience
	}
	return badClaims
}
