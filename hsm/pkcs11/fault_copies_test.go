//go:build cgo && unix

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

// The copies that a device makes of keys go with the keys.
func TestCopiesGo(t *testing.T) {
	t.Parallel()
	for name, token := range tamperedTokens {
		m := token(t)
		s := stationed(t, open(t, m.Config()))
		kept := s.kept(t)
		for range 3 {
			generate(t, s.d, "zpk", keys.TDES2, keys.UsagePIN)
			k := find(t, s.d, "zpk")
			require.NoError(t, k.Encrypt(t.Context(), make([]byte, 8), make([]byte, 8)))
			require.NoError(t, s.d.DeleteKey(t.Context(), "zpk"))
			require.Equal(t, kept, s.kept(t), name)
		}
	}
}
