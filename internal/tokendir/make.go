package tokendir

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// TB is what [Kind.New] needs of a *testing.T or *testing.B.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
}

// New returns a fresh token for one test, and removes it when the test is over.
// If there is none to be had the test fails.
func (k *Kind) New(t TB) *Token {
	t.Helper()
	token, err := k.Create(filepath.Join(t.TempDir(), k.Name))
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

// Temporary returns a fresh token in a new temporary directory. Close removes it.
func (k *Kind) Temporary() (*Token, error) {
	dir, err := os.MkdirTemp("", "pinion-"+k.Name+"-")
	if err != nil {
		return nil, k.errorf("%w", err)
	}
	token, err := k.Create(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	token.throwAway = true
	return token, nil
}

// Create returns a fresh token in a directory that is empty or does not exist yet.
// Close keeps it.
func (k *Kind) Create(dir string) (token *Token, err error) {
	if dir, err = k.absolute(dir); err != nil {
		return nil, err
	}
	err = k.fill(dir, func() (err error) {
		token, err = k.create(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	return token, nil
}

// create makes the token in an empty directory. The credential is the last thing
// that is written: a directory without it is of a token that was not finished.
func (k *Kind) create(dir string) (token *Token, err error) {
	if err := k.configure(dir); err != nil {
		return nil, err
	}
	credential := []byte(rand.Text())
	defer clear(credential)
	forget := k.register(dir)
	defer func() {
		if err != nil {
			forget()
		}
	}()
	info, err := pkcs11.InitToken(k.library(dir), pkcs11.TokenSpec{
		Label:      k.Label,
		Credential: func() ([]byte, error) { return bytes.Clone(credential), nil },
		Officer:    k.Officer,
	})
	if err != nil {
		return nil, k.errorf("%w", err)
	}
	serial := ""
	if k.Serial {
		serial = info.Serial
		if err := write(filepath.Join(dir, serialFile), []byte(serial+"\n")); err != nil {
			return nil, k.errorf("%w", err)
		}
	}
	if err := write(filepath.Join(dir, credentialFile), credential); err != nil {
		return nil, k.errorf("%w", err)
	}
	return k.token(dir, serial, forget), nil
}
