//go:build cgo

package pkcs11

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/internal/secretfile"
)

// defaultSessions is how many sessions a device uses if nobody says otherwise.
const defaultSessions = 16

// credential returns the credential, or the zero Bytes if none was given.
func (c *Config) credential() (secret.Bytes, error) {
	if !secret.IsZero(c.URI.credential) {
		return c.URI.credential, nil
	}
	if c.URI.CredentialSource != "" {
		return readCredential(c.URI.CredentialSource)
	}
	raw, err := ask(c.Credential)
	defer clear(raw)
	if err != nil || len(raw) == 0 {
		return secret.Bytes{}, err
	}
	return secret.New(raw), nil
}

// ask returns what a function of the caller's gives, for the one who asks to clear.
func ask(credential func() ([]byte, error)) ([]byte, error) {
	if credential == nil {
		return nil, nil
	}
	raw, err := credential()
	if err != nil {
		return raw, fmt.Errorf("hsm/pkcs11: no credential: %w", err)
	}
	return raw, nil
}

// readCredential reads a credential from a file.
func readCredential(name string) (secret.Bytes, error) {
	raw, err := secretfile.Read(name, "credential")
	if err != nil {
		return secret.Bytes{}, fmt.Errorf("hsm/pkcs11: pin-source: %w", err)
	}
	defer clear(raw)
	return secret.New(raw), nil
}

// matches reports whether t is what u names: every attribute that is given.
func (t TokenInfo) matches(u *URI) bool {
	same := func(want, have string) bool { return want == "" || strings.TrimRight(want, " ") == have }
	return t.Initialized && same(u.Token, t.Label) && same(u.Serial, t.Serial) &&
		same(u.Manufacturer, t.Manufacturer) && same(u.Model, t.Model) && (u.SlotID == nil || *u.SlotID == t.SlotID)
}
