package access

import (
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"
)

// claims is what the service reads in a token. The JOSE library's JSON takes
// names to the letter and refuses double ones, so no two readers of a token see
// different claims.
type claims struct {
	jwt.Claims
	ClientID string `json:"client_id"`
	Azp      string `json:"azp"`
	Scope    any    `json:"scope"` // RFC 8693 section 4.2: names with spaces between
	Scp      any    `json:"scp"`   // the same, or an array, at some issuers
}

// open verifies the token's signature with the first key that can and returns
// its claims; badSignature if none can.
func open(token *jose.JSONWebSignature, keys []jose.JSONWebKey) (*claims, error) {
	for i := range keys {
		payload, err := token.Verify(keys[i].Key)
		if err != nil {
			continue
		}
		c := new(claims)
		if json.Unmarshal(payload, c) != nil {
			return nil, badClaims
		}
		return c, nil
	}
	return nil, badSignature
}

// principal returns who the token was issued to: its subject, which for a client
// that acts for itself is the client (RFC 9068 section 2.2).
func (c *claims) principal() (*Principal, error) {
	name := c.Subject
	if name == "" {
		name = c.ClientID
	}
	if name == "" {
		name = c.Azp
	}
	if !goodName(name) {
		return nil, noName
	}
	value := c.Scope
	if value == nil {
		value = c.Scp
	}
	scopes, ok := scopesOf(value)
	if !ok {
		return nil, badClaims
	}
	return &Principal{Name: name, Kind: KindToken, Scopes: scopes}, nil
}

// scopesOf returns the scopes of a claim that this service knows. A token may
// have others, for others.
func scopesOf(value any) (scopes []Scope, ok bool) {
	var names []string
	switch v := value.(type) {
	case nil:
	case string:
		names = strings.Fields(v)
	case []any:
		for _, e := range v {
			name, ok := e.(string)
			if !ok {
				return nil, false
			}
			names = append(names, name)
		}
	default:
		return nil, false
	}
	for _, name := range names {
		if s := Scope(name); s.Known() {
			scopes = append(scopes, s)
		}
	}
	return scopes, true
}
