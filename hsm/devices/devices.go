package devices

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// Options is what a URI cannot or should not say.
type Options struct {
	// Credential returns the credential of a PKCS#11 token whose URI has no
	// pin-source and no pin-value, given the token's name. The bytes are cleared
	// after use. Nil means that the credential must come from the URI.
	Credential func(ctx context.Context, token string) ([]byte, error)

	// Passphrase returns the passphrase of the keystore at path, for a URI
	// soft:/path without passphrase-source. Where create is set there is no keystore
	// yet, and the passphrase is what it will have. The bytes are cleared after use.
	// Nil means that the passphrase must come from the URI.
	Passphrase func(ctx context.Context, path string, create bool) ([]byte, error)

	// Existing says that the token of softhsm:/dir or nss:/dir is there already: where
	// one would be made, the error is [ErrNotThere]. Opening a keystore makes nothing.
	Existing bool

	// Sessions is how many operations run at the same time on a PKCS#11 token, as in
	// [pkcs11.Config]. Zero is the usual number.
	Sessions int
}

// Open opens the device of a URI and puts the front before it. What is wrong with the
// URI wraps [ErrURI], and is said without quoting it, since a URI may hold a
// credential. Other errors are the device's.
//
// The throw-away devices, soft:, softhsm: and nss:, allow clear PINs in this process
// by themselves; for pkcs11: that is [hsm.AllowInProcess].
func Open(ctx context.Context, uri string, o Options, opts ...hsm.Option) (*hsm.HSM, error) {
	d, err := OpenDevice(ctx, uri, o)
	if err != nil {
		return nil, err
	}
	return hsm.New(d, opts...), nil
}

// OpenDevice opens the device of a URI without the front. It is for programs
// that look at a device, like pinion device doctor, and for the members of a pool; an
// application wants [Open], which has the same errors.
func OpenDevice(ctx context.Context, uri string, o Options) (hsm.Device, error) {
	s, rest, err := schemeOf(uri)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, rest, o)
}

// config adds to the configuration of a token what the options say.
func (o *Options) config(c pkcs11.Config) pkcs11.Config {
	c.Sessions = o.Sessions
	return c
}
