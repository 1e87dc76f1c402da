//go:build !cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// errNoCgo is what everything of this package returns in a program without cgo.
var errNoCgo = fmt.Errorf("hsm/pkcs11: built without cgo: PKCS#11 needs cgo (CGO_ENABLED=1 and a C compiler); soft: works without: %w", errors.ErrUnsupported)

// Device is a PKCS#11 token. This program was built without cgo and can have
// none.
type Device struct{ hsm.Arithmetic }

// Open returns an error: this program was built without cgo.
func Open(context.Context, Config) (*Device, error) { return nil, errNoCgo }

// Tokens returns an error: this program was built without cgo.
func Tokens(string) ([]TokenInfo, error) { return nil, errNoCgo }

// InitToken returns an error: this program was built without cgo.
func InitToken(string, TokenSpec) (TokenInfo, error) { return TokenInfo{}, errNoCgo }

// Name implements [hsm.Device].
func (*Device) Name() string { return "PKCS#11 (built without cgo)" }

// Format prints the name for every verb.
func (d *Device) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.Name()) }

// ThrowAway implements [hsm.ThrowAway].
func (*Device) ThrowAway() bool { return false }

// FindKey implements [hsm.Device].
func (*Device) FindKey(context.Context, string) (hsm.Key, error) { return nil, errNoCgo }

// GenerateKey implements [hsm.KeyManager].
func (*Device) GenerateKey(context.Context, hsm.KeySpec) (hsm.KeyInfo, error) {
	return hsm.KeyInfo{}, errNoCgo
}

// ImportKey implements [hsm.KeyManager].
func (*Device) ImportKey(context.Context, hsm.KeySpec, keys.Key) (hsm.KeyInfo, error) {
	return hsm.KeyInfo{}, errNoCgo
}

// ListKeys implements [hsm.KeyManager].
func (*Device) ListKeys(context.Context) ([]hsm.KeyInfo, error) { return nil, errNoCgo }

// DeleteKey implements [hsm.KeyManager].
func (*Device) DeleteKey(context.Context, string) error { return errNoCgo }

// Adopt implements [hsm.Adopter].
func (*Device) Adopt(context.Context, string, keys.Usage) (hsm.KeyInfo, error) {
	return hsm.KeyInfo{}, errNoCgo
}

// DerivePINKey implements [hsm.Deriver].
func (*Device) DerivePINKey(context.Context, hsm.Key, dukpt.KSN, keys.Algorithm) (hsm.Key, error) {
	return nil, errNoCgo
}

// Mechanisms returns an error: this program was built without cgo.
func (*Device) Mechanisms(context.Context) ([]Mechanism, error) { return nil, errNoCgo }

// Report returns an error: this program was built without cgo.
func (*Device) Report(context.Context) (Report, error) { return Report{}, errNoCgo }

// Library returns an error: this program was built without cgo.
func (*Device) Library(context.Context) (Library, error) { return Library{}, errNoCgo }

// Test is one thing that was tried on a token.
type Test struct {
	Name string
	OK   bool
	Why  string
	Took time.Duration
}

// Ping implements [hsm.Pinger].
func (*Device) Ping(context.Context) error { return errNoCgo }

// Close does nothing.
func (*Device) Close() error { return nil }

var (
	_ hsm.Adopter         = (*Device)(nil)
	_ hsm.Device          = (*Device)(nil)
	_ hsm.BatchTranslator = (*Device)(nil)
	_ hsm.Deriver         = (*Device)(nil)
	_ hsm.KeyManager      = (*Device)(nil)
	_ hsm.Pinger          = (*Device)(nil)
	_ hsm.ThrowAway       = (*Device)(nil)
)
