package keyblock_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// What Split cuts is the block, and it refuses what Unwrap refuses without a key.
func TestSplit(t *testing.T) {
	t.Parallel()
	n := 0
	for _, v := range readVectors(t) {
		if v.Op != "tr31.unwrap" {
			continue
		}
		header, key, mac, err := keyblock.Split(v.Inputs.KeyBlock)
		_, want := keyblock.Unwrap(t.Context(), nil, v.Inputs.KeyBlock)
		if want == nil || keyblock.ErrKBPK.Error() != want.Error() {
			require.EqualError(t, err, want.Error(), v.ID)
			require.Empty(t, header+key+mac)
			continue
		}
		n++
		require.NoError(t, err, v.ID)
		require.Equal(t, v.Inputs.KeyBlock, header+key+mac)
		h, err := keyblock.ParseHeader(v.Inputs.KeyBlock)
		require.NoError(t, err)
		require.Equal(t, h.String(), header)
		require.Len(t, mac, map[byte]int{'A': 8, 'B': 16, 'C': 8, 'D': 32, 'E': 32}[h.Version])
	}
	require.Greater(t, n, 20)
}

// A derived key is the CMAC of its inputs.
func TestDerivationInputs(t *testing.T) {
	t.Parallel()
	for version := byte('A'); version <= 'F'; version++ {
		for _, a := range allAlgorithms {
			enc, mac := keyblock.DerivationInputs(version, a)
			fits := version == 'B' && a.BlockSize() == 8 || (version == 'D' || version == 'E') && a.BlockSize() == 16
			if !fits {
				require.Empty(t, append(enc, mac...), "%c %v", version, a)
				continue
			}
			k := testKey(t, a, "K0")
			kbek, kbak, err := clearblock.Derive(t.Context(), k, version)
			require.NoError(t, err)
			require.Equal(t, kbek, cmacs(t, k, enc))
			require.Equal(t, kbak, cmacs(t, k, mac))
		}
	}
}

// cmacs returns the CMACs of all inputs, as long as the key.
func cmacs(t *testing.T, k keyblock.KBPK, inputs [][]byte) (out []byte) {
	t.Helper()
	m := macOnly{opaque: opaque{k: testKey(t, k.Algorithm(), k.Usage())}}
	for _, in := range inputs {
		mac, err := m.CMAC(t.Context(), in)
		require.NoError(t, err)
		out = append(out, mac...)
	}
	return out[:k.Algorithm().KeySize()]
}
