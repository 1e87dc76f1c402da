//go:build cgo

package testvectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

// TestSoftHSM runs every vector through a token, with keys that are its own. The
// keys of AES DUKPT never leave it; those of TDES DUKPT it does not derive.
func TestSoftHSM(t *testing.T) {
	t.Parallel()
	d, err := pkcs11.Open(t.Context(), softhsm.New(t).Config())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	testDevice(t, d, abilities{aes: true})
}
