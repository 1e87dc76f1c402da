package keys

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// A weak key is drawn again, also one that is weak only once parity is set.
func TestGenerateDrawsAgain(t *testing.T) {
	t.Parallel()
	half := []byte{0x02, 0x04, 0x06, 0x08, 0x0a, 0x0c, 0x0e, 0x10}
	same := bytes.Repeat(half, 2)
	parity := bytes.Clone(same)
	parity[15] ^= 1
	good := bytes.Clone(same)
	good[15] ^= 2
	draws := [][]byte{same, parity, good}
	k, err := generate(TDES2, UsagePIN, func(b []byte) {
		copy(b, draws[0])
		draws = draws[1:]
	})
	require.NoError(t, err)
	require.Empty(t, draws)
	secret.Lend(k.m().bytes, func(raw []byte) {
		require.Equal(t, []byte{0x02, 0x04, 0x07, 0x08, 0x0b, 0x0d, 0x0e, 0x10}, raw[:8])
		require.True(t, hasOddParity(raw))
	})

	n := 0
	_, err = generate(AES128, UsagePIN, func(b []byte) { b[15] = byte(n); n++ })
	require.NoError(t, err)
	require.Equal(t, 2, n, "zeros are drawn again")
}

func TestSplitKnownAnswer(t *testing.T) {
	t.Parallel()
	k, err := FromSecret(TDES2, UsageKEK, secret.New([]byte("\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10")))
	require.NoError(t, err)
	parts, err := split(k, 2, func(b []byte) {
		for i := range b {
			b[i] = byte(i)
		}
	})
	require.NoError(t, err)
	secret.Lend(parts[0].bytes, func(raw []byte) {
		require.Equal(t, []byte{1, 1, 2, 2, 4, 4, 7, 7, 8, 8, 11, 11, 13, 13, 14, 14}, raw)
	})
	secret.Lend(parts[1].bytes, func(raw []byte) {
		require.Equal(t, []byte("\x00\x22\x47\x65\x8d\xaf\xca\xe8\xf6\xd4\xb1\x93\x7b\x59\x3c\x1e"), raw)
	})
}

func TestParity(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		count := 0
		for i := range 8 {
			count += b >> i & 1
		}
		key := []byte{byte(b)}
		require.Equal(t, count%2 == 1, hasOddParity(key), "%08b", b)
		setOddParity(key)
		require.Equal(t, byte(b)&0xfe, key[0]&0xfe)
		require.True(t, hasOddParity(key), "%08b", b)
	}
	require.True(t, hasOddParity(nil))
	require.False(t, hasOddParity([]byte{1, 1, 0, 1}))
}
