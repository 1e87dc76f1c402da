//go:build cgo

package pkcs11

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// defaultSessions is how many sessions a device uses if nobody says otherwise.
const defaultSessions = 16

// maxCredential is longer than any token's: the limit keeps a wrong file name
// (a core dump, a device) from being read into memory.
const maxCredential = 4096

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
		return secret.Bytes{}, fmt.Errorf("pkcs11: no credential: %w", err)
	}
	defer clear(raw)
	if len(raw) == 0 {
		return secret.Bytes{}, nil
	}
	return secret.New(raw), nil
}

// readCredential reads a credential from a file, without the line end that
// editors and echo leave behind.
func readCredential(name string) (secret.Bytes, error) {
	f, err := os.Open(name)
	if err != nil {
		return secret.Bytes{}, fmt.Errorf("pkcs11: pin-source: %w", err)
	}
	defer f.Close()
	raw := make([]byte, maxCredential+1)
	defer clear(raw)
	n, err := io.ReadFull(f, raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return secret.Bytes{}, fmt.Errorf("pkcs11: pin-source: %w", err)
	}
	b := raw[:n]
	if n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if len(b) > 0 && b[len(b)-1] == '\r' {
			b = b[:len(b)-1]
		}
	}
	switch {
	case len(b) == 0:
		return secret.Bytes{}, fmt.Errorf("pkcs11: pin-source: the file %s is empty", name)
	case n > maxCredential:
		return secret.Bytes{}, fmt.Errorf("pkcs11: pin-source: the file %s is longer than a credential can be", name)
	}
	return secret.New(b), nil
}

// matches reports whether t is what u names: every attribute that is given.
func (t TokenInfo) matches(u *URI) bool {
	same := func(want, have string) bool { return want == "" || strings.TrimRight(want, " ") == have }
	return t.Initialized && same(u.Token, t.Label) && same(u.Serial, t.Serial) &&
		same(u.Manufacturer, t.Manufacturer) && same(u.Model, t.Model) && (u.SlotID == nil || *u.SlotID == t.SlotID)
}
