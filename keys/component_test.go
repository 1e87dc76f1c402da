package keys_test

import (
	"crypto/subtle"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

func TestSplitCombine(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		k := testKey(t, a, keys.UsageKBPK)
		for n := keys.MinComponents; n <= keys.MaxComponents; n++ {
			parts, err := keys.Split(k, n)
			require.NoError(t, err)
			require.Len(t, parts, n)
			checkParts(t, k, parts)

			rand.Shuffle(n, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			for _, parity := range []keys.Parity{keys.KeepParity, keys.OddParity} {
				again, err := keys.Combine(a, keys.UsageBDK, parity, parts...)
				require.NoError(t, err)
				require.True(t, again.Equal(k), "%v from %d", a, n)
				require.Equal(t, keys.UsageBDK, again.Usage())
				require.Equal(t, k.KCV(), again.KCV())
			}
		}
	}
}

// checkParts checks what Split says of its components.
func checkParts(t *testing.T, k keys.Key, parts []keys.Component) {
	t.Helper()
	tdes := k.BlockSize() == 8
	sum := make([]byte, k.Algorithm().KeySize())
	seen := make(map[string]bool)
	for i, c := range parts {
		raw := cleartext.ComponentBytes(c)
		require.Equal(t, k.Algorithm(), c.Algorithm())
		require.False(t, seen[string(raw)], "two components are alike")
		seen[string(raw)] = true
		subtle.XORBytes(sum, sum, raw)

		last := i == len(parts)-1
		if tdes && (!last || len(parts)%2 == 1) {
			require.True(t, cleartext.HasOddParity(raw), "component %d of %d", i+1, len(parts))
		}
		if tdes && last && len(parts)%2 == 0 {
			for _, b := range raw {
				require.True(t, cleartext.HasOddParity([]byte{b ^ 1}))
			}
		}
		m := keys.AESCMACZero
		if tdes {
			m = keys.TDESECBZero
		}
		kcv, err := cleartext.KCV(raw, m, nil, 6)
		require.NoError(t, err)
		require.Equal(t, kcv, c.KCV())
	}
	require.Equal(t, cleartext.Bytes(k), sum)
}

// Parity comes back bit by bit even where it is wrong in the key.
func TestSplitKeepsParity(t *testing.T) {
	t.Parallel()
	k, err := cleartext.ParseTDES("00000000000000FFFEDCBA9876543210", keys.UsageKEK)
	require.NoError(t, err)
	for n := keys.MinComponents; n <= keys.MaxComponents; n++ {
		parts, err := keys.Split(k, n)
		require.NoError(t, err)
		again, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.KeepParity, parts...)
		require.NoError(t, err)
		require.True(t, again.Equal(k))
		odd, err := keys.Combine(keys.TDES2, keys.UsageKEK, keys.OddParity, parts...)
		require.NoError(t, err)
		require.Equal(t, "01010101010101FEFEDCBA9876543210", cleartext.Hex(odd))
		require.Equal(t, k.KCV(), odd.KCV(), "parity changes nothing that is enciphered")
	}
}

func TestSplitErrors(t *testing.T) {
	t.Parallel()
	k := testKey(t, keys.AES256, keys.UsageKBPK)
	for _, n := range []int{-1, 0, 1, 10, 1 << 40} {
		parts, err := keys.Split(k, n)
		require.ErrorIs(t, err, keys.ErrComponentCount)
		require.Nil(t, parts)
	}
	_, err := keys.Split(keys.Key{}, 2)
	require.ErrorIs(t, err, keys.ErrZeroKey)
}

func TestCombineErrors(t *testing.T) {
	t.Parallel()
	part := func(a keys.Algorithm) keys.Component {
		c, err := cleartext.ParseComponent(a, testHex[a])
		require.NoError(t, err)
		return c
	}
	two, three, aes := part(keys.TDES2), part(keys.TDES3), part(keys.AES128)
	good, err := cleartext.ParseComponent(keys.TDES2, k1+k2)
	require.NoError(t, err)
	ten := make([]keys.Component, 10)
	for i := range ten {
		ten[i] = two
	}
	for _, c := range []struct {
		name  string
		alg   keys.Algorithm
		usage keys.Usage
		parts []keys.Component
		want  error
	}{
		{"none", keys.TDES2, keys.UsageKEK, nil, keys.ErrComponentCount},
		{"one", keys.TDES2, keys.UsageKEK, ten[:1], keys.ErrComponentCount},
		{"ten", keys.TDES2, keys.UsageKEK, ten, keys.ErrComponentCount},
		{"two lengths", keys.TDES2, keys.UsageKEK, []keys.Component{two, three}, keys.ErrComponentLength},
		{"two ciphers", keys.TDES2, keys.UsageKEK, []keys.Component{two, aes}, keys.ErrComponentLength},
		{"another algorithm", keys.AES128, keys.UsageKEK, []keys.Component{two, good}, keys.ErrComponentLength},
		{"zero component", keys.TDES2, keys.UsageKEK, []keys.Component{two, {}}, keys.ErrComponentLength},
		{"twice the same", keys.TDES2, keys.UsageKEK, []keys.Component{two, two}, keys.ErrWeak},
		{"twice the same, AES", keys.AES128, keys.UsageKEK, []keys.Component{aes, aes}, keys.ErrWeak},
		{"no algorithm", 0, keys.UsageKEK, []keys.Component{two, good}, keys.ErrAlgorithm},
		{"no usage", keys.TDES2, "", []keys.Component{two, good}, keys.ErrUnknownUsage},
	} {
		for _, parity := range []keys.Parity{keys.KeepParity, keys.OddParity} {
			k, err := keys.Combine(c.alg, c.usage, parity, c.parts...)
			require.ErrorIs(t, err, c.want, c.name)
			require.True(t, k.IsZero())
		}
	}
}

// A component is no key in use: every value of it has a check value.
func TestComponentValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alg      keys.Algorithm
		hex, kcv string
	}{
		{keys.TDES2, zeros + zeros, "8CA64D"},                      // single DES of zeros under zeros
		{keys.TDES2, "13345779133457791334577913345779", "6FB1C8"}, // testvectors/kcv.json
		{keys.AES128, "00112233445566778899AABBCCDDEEFF", ""},
	} {
		got, err := cleartext.ParseComponent(c.alg, c.hex)
		require.NoError(t, err)
		if c.kcv != "" {
			require.Equal(t, c.kcv, got.KCV())
		}
		require.Len(t, got.KCV(), 6)
		require.False(t, got.IsZero())
	}
	var zero keys.Component
	require.True(t, zero.IsZero())
	require.Empty(t, zero.KCV())
	require.Empty(t, cleartext.ComponentBytes(zero))
	require.Zero(t, zero.Algorithm())
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		k, err := keys.Generate(a, keys.UsagePIN)
		require.NoError(t, err)
		require.Equal(t, a, k.Algorithm())
		require.Equal(t, keys.UsagePIN, k.Usage())
		require.Len(t, cleartext.Bytes(k), a.KeySize())
		if a.BlockSize() == 8 {
			require.True(t, cleartext.HasOddParity(cleartext.Bytes(k)))
		}
		other, err := keys.Generate(a, keys.UsagePIN)
		require.NoError(t, err)
		require.False(t, k.Equal(other))
	}
	_, err := keys.Generate(0, keys.UsagePIN)
	require.ErrorIs(t, err, keys.ErrAlgorithm)
	_, err = keys.Generate(keys.AES128, "")
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
}
