package pkcs11

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// Config says what to open and how. Only the URI is needed.
type Config struct {
	// URI names the token, its library and, maybe, its credential. A URI that
	// names no token stands for the only one there is.
	URI URI

	// Credential returns the credential (PKCS#11's user PIN) if the URI has none.
	// It is called once, when the device is opened, and what it returns is
	// cleared. Nil: there is none.
	Credential func() ([]byte, error)

	// Sessions is how many operations run at the same time; others wait. Zero is
	// 16, or what the token has if that is less.
	Sessions int

	// ReadOnly opens sessions that cannot make or delete keys on the token.
	ReadOnly bool

	// ThrowAway says that the token was made for a test or a demonstration, so
	// that a clear PIN in this process does no harm: see [hsm.ThrowAway].
	ThrowAway bool
}

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
	n := 0
	for n < len(raw) {
		m, err := f.Read(raw[n:])
		n += m
		if err != nil || m == 0 {
			break
		}
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

// TokenInfo is what a token says of itself.
type TokenInfo struct {
	Label         string
	Serial        string
	Manufacturer  string
	Model         string
	Initialized   bool
	LoginRequired bool
	SlotID        uint // for information: it may change at any time
}

// String returns the token as the path of a URI that names it.
func (t TokenInfo) String() string {
	return URI{Token: t.Label, Serial: t.Serial, Manufacturer: t.Manufacturer, Model: t.Model}.String()
}

// LogValue returns what String does.
func (t TokenInfo) LogValue() slog.Value { return slog.StringValue(t.String()) }

// matches reports whether t is what u names: every attribute that is given.
func (t TokenInfo) matches(u *URI) bool {
	same := func(want, have string) bool { return want == "" || strings.TrimRight(want, " ") == have }
	return t.Initialized && same(u.Token, t.Label) && same(u.Serial, t.Serial) &&
		same(u.Manufacturer, t.Manufacturer) && same(u.Model, t.Model) && (u.SlotID == nil || *u.SlotID == t.SlotID)
}
