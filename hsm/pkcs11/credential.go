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
	if c.Credential == nil {
		return secret.Bytes{}, nil
	}
	raw, err := c.Credential()
	if err != nil {
		return secret.Bytes{}, fmt.Errorf("hsm/pkcs11: no credential: %w", err)
	}
	defer clear(raw)
	if len(raw) == 0 {
		return secret.Bytes{}, nil
	}
	return secret.New(raw), nil
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
