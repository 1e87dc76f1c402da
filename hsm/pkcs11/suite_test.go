//go:build cgo

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/softhsm"
)

// tokens are the libraries that the behaviour suite runs on. On NSS softokn, PINs
// stay on the token; on SoftHSM2 they are in this process.
var tokens = map[string]func(t *testing.T) pkcs11.Config{
	"SoftHSM2": func(t *testing.T) pkcs11.Config { return softhsm.New(t).Config() },
	"NSS":      func(t *testing.T) pkcs11.Config { return nss.New(t).Config() },
}

// TestDevice runs the behaviour suite on a token of its own for each part.
func TestDevice(t *testing.T) {
	t.Parallel()
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
				d, err := pkcs11.Open(t.Context(), token(t))
				require.NoError(t, err)
				return d
			})
		})
	}
}

// TestDeviceWithOneSession runs it on a token that allows one session beside
// the one that keeps the login.
func TestDeviceWithOneSession(t *testing.T) {
	t.Parallel()
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
				c := token(t)
				c.Sessions = 1
				d, err := pkcs11.Open(t.Context(), c)
				require.NoError(t, err)
				return d
			})
		})
	}
}
