//go:build cgo

package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// On a token session keys are session objects, which the token itself forgets.
func TestToken(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	r := newRig(t, d)
	t.Run("fresh", func(t *testing.T) { testFresh(t, r) })
	t.Run("agreed", func(t *testing.T) { testAgree(t, r) })
}
