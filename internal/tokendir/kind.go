// Package tokendir has what softhsm and nss do alike: they keep a token in a
// directory of its own, with a copy of the library that is the token.
package tokendir

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// Kind is a kind of token: a library, and how it is told where its objects are.
type Kind struct {
	// Name is the name of the package. Errors begin with it.
	Name string
	// Label is the label of every token.
	Label string
	// Serial says that tokens have serial numbers of their own, which the URI names.
	Serial bool

	// Variable is the environment variable that names the system's library, and
	// Patterns are where it is without. Missing says how to install it.
	Variable string
	Patterns []string
	Missing  error

	// Special are characters that the name of a directory must not have, since it
	// stands in Place.
	Special, Place string
	// Marks are the files by which a token's directory is known.
	Marks []string

	// Copy returns the files that the library needs in a directory, by their names
	// there: the copy of source, the system's library, and its configuration. It is
	// asked each time a token is opened: after the system's library was replaced by
	// another version, an old copy might miss what it was linked with.
	Copy func(dir, source string) (map[string][]byte, error)
	// Library is the name of the copy of the library.
	Library string
	// Objects is a directory that the library needs, or empty.
	Objects string
	// Setup returns how the copy in a directory is initialized.
	Setup func(dir string) pkcs11.Setup
	// Officer returns the credential of a new token's security officer. Nil is the
	// empty one.
	Officer func() ([]byte, error)
}

// What this package writes into the directory of a token, beside the copies.
const (
	credentialFile = "credential"
	serialFile     = "serial"
)

// errorf returns an error that begins with the name of the package.
func (k *Kind) errorf(format string, args ...any) error {
	return fmt.Errorf(k.Name+": "+format, args...)
}

func (k *Kind) library(dir string) string { return filepath.Join(dir, k.Library) }

// register has the copy of the library in dir find its objects.
func (k *Kind) register(dir string) (forget func()) {
	return pkcs11.PrivateCopy(k.library(dir), k.Setup(dir))
}

// configure brings what the library needs up to date.
func (k *Kind) configure(dir string) error {
	source, err := k.Find()
	if err != nil {
		return err
	}
	files, err := k.Copy(dir, source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, k.Objects), 0o700); err != nil {
		return k.errorf("%w", err)
	}
	for name, content := range files {
		if err := write(filepath.Join(dir, name), content); err != nil {
			return k.errorf("%w", err)
		}
	}
	return nil
}
