package softhsm

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
)

// Label is the label of every token this package makes. Serial numbers tell them
// apart.
const Label = "pinion"

// Token is a SoftHSM2 token in a directory of its own.
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
// If there is none to be had the test fails, and says how to install SoftHSM2:
// a test that is skipped proves nothing.
func New(t TB) *Token {
	t.Helper()
	token, err := Create(filepath.Join(t.TempDir(), "softhsm"))
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
	dir, err := os.MkdirTemp("", "pinion-softhsm-")
	if err != nil {
		return nil, fmt.Errorf("softhsm: %w", err)
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
	err = tokendir.Make("softhsm", dir, func() (err error) {
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
	if err := write(filepath.Join(dir, credentialFile), credential); err != nil {
		return nil, err
	}
	forget := register(dir)
	info, err := pkcs11.InitToken(library(dir), Label, []byte(rand.Text()), credential)
	if err == nil {
		err = write(filepath.Join(dir, serialFile), []byte(info.Serial+"\n"))
	}
	if err != nil {
		forget()
		return nil, fmt.Errorf("softhsm: %w", err)
	}
	return newToken(dir, info.Serial, forget), nil
}

// Open returns the token that [Create] made in a directory, with its keys. The
// directory may have been moved since.
func Open(dir string) (*Token, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, err
	}
	serial, err := readSerial(dir)
	if err != nil {
		return nil, err
	}
	if err := configure(dir); err != nil {
		return nil, err
	}
	return newToken(dir, serial, register(dir)), nil
}

func newToken(dir, serial string, forget func()) *Token {
	return &Token{dir: dir, forget: forget, uri: pkcs11.URI{
		Token:            Label,
		Serial:           serial,
		ModulePath:       library(dir),
		CredentialSource: filepath.Join(dir, credentialFile),
	}}
}

// register has the library in dir find its configuration.
func register(dir string) (forget func()) {
	return pkcs11.PrivateCopy(library(dir), pkcs11.Setup{Env: []string{environment(dir)}, Unload: true})
}

// URI returns the PKCS#11 URI of the token (RFC 7512). In this process it is all
// that is needed until the token is closed; in another one see [Token.Env].
func (t *Token) URI() string { return t.uri.String() }

// Config returns what pkcs11.Open needs for the token.
func (t *Token) Config() pkcs11.Config { return pkcs11.Config{URI: t.uri, ThrowAway: true} }

// Dir returns the directory of the token.
func (t *Token) Dir() string { return t.dir }

// Env returns the environment that another process needs, besides the URI, to
// use the token: SOFTHSM2_CONF.
func (t *Token) Env() []string { return []string{environment(t.dir)} }

// Close ends the use of the token in this process; close its devices first. A
// token of [New] or [Temporary] is removed with all its keys.
func (t *Token) Close() error {
	t.forget()
	if !t.throwAway {
		return nil
	}
	if err := os.RemoveAll(t.dir); err != nil {
		return fmt.Errorf("softhsm: %w", err)
	}
	return nil
}
