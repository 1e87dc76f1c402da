// Package tokentest is the behaviour that softhsm and nss have in common: each has
// tokens in directories of their own. Their own tests say what else they have.
package tokentest

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/tokendir"
	"github.com/pinion-hsm/pinion/keys"
)

// ZPK is the key that the tests generate.
var ZPK = hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}

// Token is a token of one of the packages.
type Token interface {
	URI() string
	Config() pkcs11.Config
	Dir() string
	Close() error
}

// Package is one of the packages.
type Package[T Token] struct {
	// Label is the label of its tokens.
	Label string
	// Variable names the library in the environment.
	Variable string
	// Install is the command that ErrNotInstalled must name.
	Install      string
	NotInstalled error
	// NoLibrary is the error for a file that is no library.
	NoLibrary error
	// BadDirectories are names that no token can have.
	BadDirectories []string

	New       func(tokendir.TB) T
	Temporary func() (T, error)
	Create    func(dir string) (T, error)
	Open      func(dir string) (T, error)
	Find      func() (string, error)
}

// Test runs the suite. Those that set the environment come first and run alone.
func (p Package[T]) Test(t *testing.T) {
	for _, s := range []struct {
		name string
		f    func(Package[T], *testing.T)
	}{
		{"Find", Package[T].testFind},
		{"NewFailsWithInstallCommand", Package[T].testNewFails},
		{"CreateCleansUpAfterItself", Package[T].testCreateCleansUp},

		{"Parallel", Package[T].testParallel},
		{"Churn", Package[T].testChurn},
		{"NewLeavesNothing", Package[T].testNewLeavesNothing},
		{"URI", Package[T].testURI},
		{"Modes", Package[T].testModes},
		{"CreateAndOpen", Package[T].testCreateAndOpen},
		{"OpenTwice", Package[T].testOpenTwice},
		{"BadDirectories", Package[T].testBadDirectories},
	} {
		t.Run(s.name, func(t *testing.T) { s.f(p, t) })
	}
}

// Open opens the device of a token for the length of a test.
func Open(t *testing.T, token Token) *pkcs11.Device {
	t.Helper()
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// Once makes a token, uses it and throws it away.
func (p Package[T]) Once(t *testing.T) error {
	token, err := p.Temporary()
	if err != nil {
		return err
	}
	d, err := pkcs11.Open(t.Context(), token.Config())
	if err != nil {
		return err
	}
	if _, err := d.GenerateKey(t.Context(), ZPK); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	if err := token.Close(); err != nil {
		return err
	}
	if _, err := os.Stat(token.Dir()); !os.IsNotExist(err) {
		return fmt.Errorf("%s is still there: %w", token.Dir(), err)
	}
	return nil
}
