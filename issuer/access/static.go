package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
)

// minStatic is the length of the shortest token that NewToken takes. 22
// characters of base64, or 26 of crypto/rand.Text, are 128 bits.
const minStatic = 22

// ErrToken is the answer of NewToken to what cannot be a token's name or text.
var ErrToken = errors.New("issuer/access: a static token needs a name, and 22 or more letters, digits or -._~+/")

// Token is a bearer token of the configuration. It holds the token's SHA-256 and
// not the token, so it may be printed.
type Token struct {
	name   string
	sum    [sha256.Size]byte
	scopes []Scope
}

// NewToken makes a Token of its name, which is shown and logged, and its text, which is
// the secret. The text has to be drawn at random: it is kept as a hash without salt.
// The caller still owns the slice, and should clear it. Errors are ErrToken and
// ErrUnknownScope.
func NewToken(name string, text []byte, scopes ...Scope) (Token, error) {
	if !goodName(name) || len(text) < minStatic || len(text) > maxToken || !isB64Token(string(text)) {
		return Token{}, ErrToken
	}
	if err := checkScopes(scopes); err != nil {
		return Token{}, err
	}
	return Token{name: name, sum: sha256.Sum256(text), scopes: slices.Clone(scopes)}, nil
}

// Static recognises the bearer tokens of a configuration.
type Static struct{ tokens []Token }

// NewStatic returns an Authenticator for these tokens.
func NewStatic(tokens ...Token) *Static { return &Static{tokens: slices.Clone(tokens)} }

// Authenticate compares the request's bearer token with every token there is, in
// a time that does not depend on what they have in common.
func (s *Static) Authenticate(r *http.Request) (*Principal, error) {
	text, err := bearer(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(text))
	found := -1
	for i := range s.tokens {
		same := subtle.ConstantTimeCompare(sum[:], s.tokens[i].sum[:])
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return nil, notKnown
	}
	t := &s.tokens[found]
	return &Principal{Name: t.name, Kind: KindStatic, Scopes: slices.Clone(t.scopes)}, nil
}
