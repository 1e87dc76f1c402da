package tokendir

import (
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// Token is a token in a directory of its own.
type Token struct {
	kind      *Kind
	dir       string
	uri       pkcs11.URI
	throwAway bool
	forget    func()
}

func (k *Kind) token(dir, serial string, forget func()) *Token {
	return &Token{kind: k, dir: dir, forget: forget, uri: pkcs11.URI{
		Token:            k.Label,
		Serial:           serial,
		ModulePath:       k.library(dir),
		CredentialSource: filepath.Join(dir, credentialFile),
	}}
}

// URI returns the PKCS#11 URI of the token.
func (t *Token) URI() string { return t.uri.String() }

// Config returns what pkcs11.Open needs for the token.
func (t *Token) Config() pkcs11.Config { return pkcs11.Config{URI: t.uri, ThrowAway: true} }

// Dir returns the directory of the token.
func (t *Token) Dir() string { return t.dir }

// Setup returns how the library of the token is initialized.
func (t *Token) Setup() pkcs11.Setup { return t.kind.Setup(t.dir) }

// Close ends the use of the token in this process, and removes one that is not to
// be kept.
func (t *Token) Close() error {
	t.forget()
	if !t.throwAway {
		return nil
	}
	if err := os.RemoveAll(t.dir); err != nil {
		return t.kind.errorf("%w", err)
	}
	return nil
}
