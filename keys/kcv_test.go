package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

var (
	tdesMethods = []keys.KCVMethod{keys.TDESECBZero, keys.TDESCMACZero, keys.TDESCMAC}
	aesMethods  = []keys.KCVMethod{keys.AESECBZero, keys.AESCMACZero, keys.AESCMAC}
)

func TestKCVDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alg       keys.Algorithm
		hex, want string
	}{ // all from testvectors/kcv.json
		{keys.TDES2, "0123456789ABCDEFFEDCBA9876543210", "08D7B4"},
		{keys.TDES3, "0123456789ABCDEFFEDCBA98765432101122334455667788", "8BB7CF"},
		{keys.AES128, "3F419E1CB7079442AA37474C2EFBF8B8", "08793E"},
		{keys.AES192, "000102030405060708090A0B0C0D0E0F1011121314151617", "D4FFB8"},
		{keys.AES256, "BE19E6A07A760F10EF8E83A226B63AAD141F463FDDD4F47DB244B4023EC3CACC", "0A00E3"},
	} {
		k, err := cleartext.Parse(c.alg, keys.UsageKEK, c.hex)
		require.NoError(t, err)
		require.Equal(t, c.want, k.KCV(), "%v", c.alg)
	}
}

func TestKCVMethodFitsAlgorithm(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		k := testKey(t, a, keys.UsageKEK)
		fit, other := tdesMethods, aesMethods
		if a.BlockSize() == 16 {
			fit, other = other, fit
		}
		for _, m := range fit {
			_, err := k.KCVWith(m, 6)
			require.NoError(t, err, "%v of %v", m, a)
		}
		for _, m := range append(other, keys.HMACSHA256, 0, keys.HMACSHA256+1, 255) {
			_, err := k.KCVWith(m, 6)
			require.ErrorIs(t, err, keys.ErrKCVMethod, "%v of %v", m, a)
		}
	}
}

func TestKCVLength(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		k := testKey(t, a, keys.UsageKEK)
		m := keys.TDESECBZero
		if a.BlockSize() == 16 {
			m = keys.AESCMACZero
		}
		whole, err := k.KCVWith(m, 2*a.BlockSize())
		require.NoError(t, err)
		require.Len(t, whole, 2*a.BlockSize())
		for n := -1; n <= 65; n++ {
			kcv, err := k.KCVWith(m, n)
			if n < 4 || n > len(whole) {
				require.ErrorIs(t, err, keys.ErrKCVLength, "%d", n)
				require.Empty(t, kcv)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, whole[:n], kcv)
		}
	}
}

func TestParseKCVMethod(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"tdes-ecb-zero", "aes-ecb-zero", "aes-cmac-zero", "tdes-cmac-zero", "aes-cmac", "tdes-cmac", "hmac-sha256"} {
		m, err := keys.ParseKCVMethod(text)
		require.NoError(t, err)
		require.Equal(t, text, m.String())
	}
	m, err := keys.ParseKCVMethod("TDES-ECB-Zero")
	require.NoError(t, err)
	require.Equal(t, keys.TDESECBZero, m)
	for _, text := range []string{"", "des", "aes-cmac-", "KCVMethod(0)"} {
		_, err := keys.ParseKCVMethod(text)
		require.ErrorIs(t, err, keys.ErrKCVMethod, "%q", text)
	}
	require.Equal(t, "KCVMethod(0)", keys.KCVMethod(0).String())
	require.Equal(t, "KCVMethod(200)", keys.KCVMethod(200).String())
}
