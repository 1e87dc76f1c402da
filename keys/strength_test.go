package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// Three different parts, the same with other parity bits, and zeros.
const (
	k1, k1p = "0123456789ABCDEF", "0022446688AACCEE"
	k2, k2p = "FEDCBA9876543210", "FFDDBB9977553311"
	k3, k3p = "1122334455667788", "1023324554677689"
	zeros   = "0000000000000000"
)

func TestStrength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		alg  keys.Algorithm
		hex  string
		want error
	}{
		{"good", keys.TDES2, k1 + k2, nil},
		{"good, wrong parity", keys.TDES2, k1p + k2p, nil},
		{"good", keys.TDES3, k1 + k2 + k3, nil},
		{"good, wrong parity", keys.TDES3, k1p + k2p + k3p, nil},
		{"good", keys.AES128, k1 + k1, nil},
		{"good", keys.AES192, k1 + k2 + k1, nil},
		{"good", keys.AES256, zeros + zeros + zeros + "0000000000000001", nil},

		{"single DES", keys.TDES2, k1, keys.ErrWeak},
		{"single DES", keys.TDES3, k1, keys.ErrWeak},
		{"K1 = K2", keys.TDES2, k1 + k1, keys.ErrWeak},
		{"K1 = K2 but for parity", keys.TDES2, k1 + k1p, keys.ErrWeak},
		{"zeros", keys.TDES2, zeros + zeros, keys.ErrWeak},
		{"zeros with odd parity", keys.TDES2, "01010101010101010101010101010101", keys.ErrWeak},
		{"K1 = K2", keys.TDES3, k1 + k1 + k2, keys.ErrWeak},
		{"K1 = K2 but for parity", keys.TDES3, k1 + k1p + k2, keys.ErrWeak},
		{"K2 = K3", keys.TDES3, k1 + k2 + k2, keys.ErrWeak},
		{"K2 = K3 but for parity", keys.TDES3, k1 + k2p + k2, keys.ErrWeak},
		{"K1 = K3", keys.TDES3, k1 + k2 + k1, nil},
		{"K1 = K3 but for parity", keys.TDES3, k1 + k2 + k1p, nil},
		{"all equal", keys.TDES3, k1 + k1 + k1, keys.ErrWeak},
		{"zeros", keys.AES128, zeros + zeros, keys.ErrWeak},
		{"zeros", keys.AES192, zeros + zeros + zeros, keys.ErrWeak},
		{"zeros", keys.AES256, zeros + zeros + zeros + zeros, keys.ErrWeak},

		{"empty", keys.TDES2, "", keys.ErrKeySize},
		{"7 bytes", keys.TDES2, k1[:14], keys.ErrKeySize},
		{"15 bytes", keys.TDES2, (k1 + k2)[:30], keys.ErrKeySize},
		{"24 bytes", keys.TDES2, k1 + k2 + k3, keys.ErrKeySize},
		{"16 bytes", keys.TDES3, k1 + k2, keys.ErrKeySize},
		{"32 bytes", keys.TDES3, k1 + k2 + k3 + k1, keys.ErrKeySize},
		{"8 bytes", keys.AES128, k1, keys.ErrKeySize},
		{"24 bytes", keys.AES128, k1 + k2 + k3, keys.ErrKeySize},
		{"16 bytes", keys.AES256, k1 + k2, keys.ErrKeySize},
		{"no algorithm", 0, k1 + k2, keys.ErrAlgorithm},
		{"no such algorithm", keys.AES256 + 1, k1 + k2, keys.ErrAlgorithm},
		{"no such algorithm", 255, "", keys.ErrAlgorithm},
	} {
		k, err := cleartext.Parse(c.alg, keys.UsagePIN, c.hex)
		if c.want != nil {
			require.ErrorIs(t, err, c.want, "%v %s", c.alg, c.name)
			require.True(t, k.IsZero(), "%v %s", c.alg, c.name)
			continue
		}
		require.NoError(t, err, "%v %s", c.alg, c.name)
		require.Equal(t, c.hex, cleartext.Hex(k), "bytes are kept, parity included")
	}
	_, err := cleartext.Parse(keys.TDES2, "ZZ", k1+k2)
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
}
