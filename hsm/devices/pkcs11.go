package devices

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func init() {
	register(Scheme{
		Name: "pkcs11", Form: "pkcs11:token=NAME?module-path=/path/of/library.so&pin-source=file:/path",
		Text: "any PKCS#11 token, as RFC 7512 names it",
		open: openPKCS11,
	})
}

func openPKCS11(ctx context.Context, rest string, o Options) (hsm.Device, error) {
	u, err := pkcs11.ParseURI("pkcs11:" + rest)
	if err != nil {
		return nil, &uriError{err}
	}
	c := o.config(pkcs11.Config{URI: u})
	if o.Credential != nil {
		c.Credential = func() ([]byte, error) { return o.Credential(ctx, nameOf(u)) }
	}
	d, err := pkcs11.Open(ctx, c)
	if err != nil {
		return nil, err // and not d, which would be a Device that is not nil
	}
	return d, nil
}

// nameOf returns what to call a token when asking for its credential.
func nameOf(u pkcs11.URI) string {
	switch {
	case u.Token != "":
		return u.Token
	case u.Serial != "":
		return "with serial number " + u.Serial
	}
	return "(the only one of its library)"
}

// uriError is an [ErrURI] in another package's words.
type uriError struct{ err error }

func (e *uriError) Error() string   { return e.err.Error() }
func (e *uriError) Unwrap() []error { return []error{ErrURI, e.err} }
