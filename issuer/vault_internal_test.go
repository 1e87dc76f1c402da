package issuer

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

func testVault(t *testing.T, first byte) *Vault {
	t.Helper()
	v, err := NewVault(append([]byte{first}, make([]byte, 31)...))
	require.NoError(t, err)
	return v
}

func TestVaultKeepsPANs(t *testing.T) {
	t.Parallel()
	v := testVault(t, 1)
	for n := 1; n <= 19; n++ {
		text := "9876543210987654321"[:n]
		pan, err := pinblock.ParsePAN(text)
		require.NoError(t, err)
		sealed := v.seal(pan, "123456789")
		require.Len(t, sealed, 12+16+16, "the length of a PAN does not show")
		require.NotEqual(t, sealed, v.seal(pan, "123456789"), "a nonce of its own each time")
		got, err := v.open(sealed, "123456789")
		require.NoError(t, err)
		require.True(t, pan.Equal(got))
		require.Equal(t, n, got.Len())

		_, err = v.open(sealed, "123456788")
		require.ErrorIs(t, err, ErrDataKey, "sealed for another card")
		_, err = testVault(t, 2).open(sealed, "123456789")
		require.ErrorIs(t, err, ErrDataKey)
		sealed[20] ^= 1
		_, err = v.open(sealed, "123456789")
		require.ErrorIs(t, err, ErrDataKey)
		if n > 8 { // fewer may be in an address by chance
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), text)
		}
	}
	_, err := v.open(nil, "")
	require.ErrorIs(t, err, ErrDataKey)
	_, err = NewVault(make([]byte, 31))
	require.Error(t, err)
}

func TestVaultFindsPANs(t *testing.T) {
	t.Parallel()
	v := testVault(t, 1)
	hashes := map[string]string{}
	for _, text := range []string{"1", "01", "001", "5432101234567891", "5432101234567892", "05432101234567891"} {
		pan, err := pinblock.ParsePAN(text)
		require.NoError(t, err)
		h := v.hash(pan)
		require.Len(t, h, 32)
		require.Equal(t, h, v.hash(pan))
		require.NotEqual(t, h, testVault(t, 2).hash(pan), "the hash is keyed")
		require.Empty(t, hashes[string(h)], text)
		hashes[string(h)] = text
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	v := testVault(t, 1)
	ab := v.Fingerprint([]byte("ab"), []byte("c"))
	require.False(t, bytes.Equal(ab, v.Fingerprint([]byte("a"), []byte("bc"))), "parts do not run into one another")
	require.True(t, bytes.Equal(ab, v.Fingerprint([]byte("ab"), []byte("c"))))
	pan, err := pinblock.ParsePAN("5432101234567891")
	require.NoError(t, err)
	require.NotEqual(t, v.hash(pan), v.Fingerprint(pack(pan)), "the uses of the key are apart")
}
