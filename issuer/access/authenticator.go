package access

import (
	"errors"
	"net/http"
)

// Authenticator finds out who sent a request. It does not change the request,
// and may be used from many goroutines.
type Authenticator interface {
	// Authenticate returns the principal, or an error that wraps ErrNoCredential,
	// ErrCredential or ErrUnavailable. No error quotes the credential.
	Authenticate(r *http.Request) (*Principal, error)
}

// The kinds of error of an Authenticator.
var (
	ErrNoCredential = errors.New("issuer/access: the request carries no credential")
	ErrCredential   = errors.New("issuer/access: the credential was refused")
	ErrUnavailable  = errors.New("issuer/access: the keys that tokens are signed with cannot be had; trying again may help")
)

// refusal is an ErrCredential with its reason. Reasons are constants, so that
// nothing of a credential gets into one; they are told to the caller.
type refusal string

const (
	malformed     refusal = "the credential is malformed"
	notKnown      refusal = "the token is not known"
	badAlgorithm  refusal = "the token is not a JWT of an accepted algorithm"
	badType       refusal = "the token is not an access token"
	badSignature  refusal = "the token's signature does not verify"
	badClaims     refusal = "the token's claims are malformed"
	noExpiry      refusal = "the token has no expiry"
	expired       refusal = "the token has expired"
	notYet        refusal = "the token is not valid yet"
	wrongIssuer   refusal = "the token is of another issuer"
	wrongAudience refusal = "the token is for another audience"
	noName        refusal = "the token names no client"
	unverified    refusal = "the client certificate is not verified"
	certExpired   refusal = "the client certificate has expired"
	certUnknown   refusal = "the client certificate is not of a known client"
)

// Error returns the reason.
func (r refusal) Error() string { return ErrCredential.Error() + ": " + string(r) }

// Is makes every refusal an ErrCredential.
func (r refusal) Is(target error) bool { return target == ErrCredential }

// Any asks the authenticators in order and returns the first principal. If there
// is none it returns the error that says most: ErrUnavailable, for the request
// may be good; then the first refusal; then ErrNoCredential.
//
// A request with two credentials is as good as the better one: a client that
// must present a certificate to reach the service at all may be known by its
// token alone.
func Any(auths ...Authenticator) Authenticator { return anyOf(auths) }

type anyOf []Authenticator

func (a anyOf) Authenticate(r *http.Request) (*Principal, error) {
	var refused, unavailable error
	for _, auth := range a {
		p, err := auth.Authenticate(r)
		switch {
		case err == nil && p != nil:
			return p, nil
		case err == nil, errors.Is(err, ErrNoCredential):
		case errors.Is(err, ErrUnavailable):
			unavailable = err
		case refused == nil:
			refused = err
		}
	}
	switch {
	case unavailable != nil:
		return nil, unavailable
	case refused != nil:
		return nil, refused
	}
	return nil, ErrNoCredential
}
