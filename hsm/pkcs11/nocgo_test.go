//go:build !cgo

package pkcs11_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

func TestWithoutCgo(t *testing.T) {
	t.Parallel()
	_, err := pkcs11.Open(t.Context(), pkcs11.Config{})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "CGO_ENABLED=1")
	_, err = pkcs11.Tokens("/usr/lib/softhsm/libsofthsm2.so")
	require.ErrorContains(t, err, "built without cgo")
	_, err = pkcs11.InitToken("/usr/lib/softhsm/libsofthsm2.so", pkcs11.TokenSpec{Label: "x"})
	require.ErrorContains(t, err, "built without cgo")
}
