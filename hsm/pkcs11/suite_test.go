//go:build cgo

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/hsmtest"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// TestDevice runs the behaviour suite on a SoftHSM2 token of its own for each
// part.
func TestDevice(t *testing.T) {
	t.Parallel()
	hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
		d, err := pkcs11.Open(t.Context(), softhsm.New(t).Config())
		require.NoError(t, err)
		return d
	})
}

// TestDeviceWithOneSession runs it on a token that allows one session beside
// the one that keeps the login.
func TestDeviceWithOneSession(t *testing.T) {
	t.Parallel()
	hsmtest.TestDevice(t, func(t *testing.T) hsm.Device {
		c := softhsm.New(t).Config()
		c.Sessions = 1
		d, err := pkcs11.Open(t.Context(), c)
		require.NoError(t, err)
		return d
	})
}
