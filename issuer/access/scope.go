package access

import (
	"errors"
	"slices"
)

// Scope is a right to a kind of request. No scope contains another.
type Scope string

// The scopes.
const (
	SetPIN     Scope = "pin.set"     // set, change, draw anew
	RevealPIN  Scope = "pin.reveal"  // have the PIN itself, by post too, and make tickets for it
	VerifyPIN  Scope = "pin.verify"  // have a PIN block verified; read the PIN's status
	UnblockPIN Scope = "pin.unblock" // set the try counter back
	WriteCards Scope = "cards.write" // register cards

	// Admin is for those who run the service: metrics and the audit log. It gives
	// no right to any card or PIN, so whoever watches the service cannot read PINs.
	Admin Scope = "admin"
)

// ErrUnknownScope is the answer of ParseScopes to a name that is not a scope.
var ErrUnknownScope = errors.New("issuer/access: there is no such scope: want pin.set, pin.reveal, pin.verify, pin.unblock, cards.write or admin")

// AllScopes returns every scope there is.
func AllScopes() []Scope {
	return []Scope{SetPIN, RevealPIN, VerifyPIN, UnblockPIN, WriteCards, Admin}
}

// Known says whether s is one of the scopes of this package.
func (s Scope) Known() bool { return slices.Contains(AllScopes(), s) }

// ParseScopes makes scopes of their names in a configuration. One unknown name
// is an error: a right that is misspelt is one that somebody will miss.
func ParseScopes(names []string) ([]Scope, error) {
	scopes := make([]Scope, len(names))
	for i, name := range names {
		scopes[i] = Scope(name)
	}
	if err := checkScopes(scopes); err != nil {
		return nil, err
	}
	return scopes, nil
}

func checkScopes(scopes []Scope) error {
	for _, s := range scopes {
		if !s.Known() {
			return ErrUnknownScope
		}
	}
	return nil
}
