package nss

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// Label is the label of every token this package makes. Their serial numbers are
// all the same too: it is the library that tells them apart.
const Label = "pinion"

// Token is an NSS token in a directory of its own.
type Token struct {
	dir       string
	uri       pkcs11.URI
	throwAway bool
	forget    func()
}

// TB is what [New] needs of a *testing.T or *testing.B.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
}

// New returns a fresh token for one test, and removes it when the test is over.
// If there is none to be had the test fails, and says how to install NSS:
// a test that is skipped proves nothing.
func New(t TB) *Token {
	t.Helper()
	token, err := Create(filepath.Join(t.TempDir(), "nss"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	token.throwAway = true
	t.Cleanup(func() {
		if err := token.Close(); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return token
}

// Temporary returns a fresh token in a new temporary directory. Close removes
// it.
func Temporary() (*Token, error) {
	dir, err := os.MkdirTemp("", "pinion-nss-")
	if err != nil {
		return nil, fmt.Errorf("nss: %w", err)
	}
	token, err := Create(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	token.throwAway = true
	return token, nil
}

// Create returns a fresh token in a directory that is empty or does not exist
// yet. The token is kept: open it again with [Open].
func Create(dir string) (*Token, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, err
	}
	var token *Token
	err = tokendir.Make("nss", dir, func() (err error) {
		token, err = create(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	return token, nil
}

func create(dir string) (*Token, error) {
	if err := configure(dir); err != nil {
		return nil, err
	}
	credential := []byte(rand.Text())
	defer clear(credential)
	forget := register(dir)
	// NSS's security officer has no credential: whoever can write to the database
	// may set it up.
	_, err := pkcs11.InitToken(library(dir), Label, nil, credential)
	if err != nil {
		err = fmt.Errorf("nss: %w", err)
	} else {
		err = write(filepath.Join(dir, credentialFile), credential)
	}
	if err != nil {
		forget()
		return nil, err
	}
	return newToken(dir, forget), nil
}

// Open returns the token that [Create] made in a directory, with its keys. The
// directory may have been moved since.
func Open(dir string) (*Token, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, err
	}
	if err := check(dir); err != nil {
		return nil, err
	}
	if err := configure(dir); err != nil {
		return nil, err
	}
	return newToken(dir, register(dir)), nil
}

func newToken(dir string, forget func()) *Token {
	return &Token{dir: dir, forget: forget, uri: pkcs11.URI{
		Token:            Label,
		ModulePath:       library(dir),
		CredentialSource: filepath.Join(dir, credentialFile),
	}}
}

// URI returns the PKCS#11 URI of the token (RFC 7512). In this process it is all
// that is needed until the token is closed; in another one see [Token.Setup].
func (t *Token) URI() string { return t.uri.String() }

// Config returns what pkcs11.Open needs for the token.
func (t *Token) Config() pkcs11.Config { return pkcs11.Config{URI: t.uri, ThrowAway: true} }

// Dir returns the directory of the token.
func (t *Token) Dir() string { return t.dir }

// Setup returns what the library needs when it is initialized, besides the URI:
// who loads it by other means than this package's gives C_Initialize its
// parameters in the reserved field.
func (t *Token) Setup() pkcs11.Setup { return setup(t.dir) }

// Close ends the use of the token in this process; close its devices first. A
// token of [New] or [Temporary] is removed with all its keys.
func (t *Token) Close() error {
	t.forget()
	if !t.throwAway {
		return nil
	}
	if err := os.RemoveAll(t.dir); err != nil {
		return fmt.Errorf("nss: %w", err)
	}
	return nil
}
