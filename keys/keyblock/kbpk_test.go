package keyblock_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// A protection key in an HSM does, for B, D and E, with two calls for a block; so
// does one that only makes MACs. What one of them wraps the others unwrap.
func TestOpaqueKBPK(t *testing.T) {
	t.Parallel()
	key := testKey(t, keys.TDES2, keys.UsagePIN)
	for _, version := range []byte("BDE") {
		for _, k := range kbpksOf(t, version) {
			calls := 0
			forms := []keyblock.KBPK{k, opaque{k: k, calls: &calls}, macOnly{opaque: opaque{k: k}}}
			for _, wrapper := range forms {
				block, err := keyblock.Wrap(t.Context(), wrapper, pinHeader(version), key)
				require.NoError(t, err)
				for _, unwrapper := range forms {
					u, err := keyblock.Unwrap(t.Context(), unwrapper, block)
					require.NoError(t, err)
					got, err := u.Key()
					require.NoError(t, err)
					require.True(t, got.Equal(key))
				}
			}
			require.Equal(t, 2*4, calls, "two calls for each of one wrapping and three unwrappings")
		}
	}
}

func TestOpaqueKBPKErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("device removed")
	key := testKey(t, keys.TDES2, keys.UsagePIN)
	for _, version := range []byte("BDE") {
		k := kbpksOf(t, version)[0]
		block, err := keyblock.Wrap(t.Context(), k, pinHeader(version), key)
		require.NoError(t, err)
		for _, c := range []struct {
			kbpk keyblock.KBPK
			want error
		}{
			{opaque{k: k, err: broken}, broken},
			{macOnly{opaque: opaque{k: k, err: broken}}, broken},
			{macOnly{opaque: opaque{k: k}, short: true}, keyblock.ErrKBPK},
		} {
			_, err = keyblock.Unwrap(t.Context(), c.kbpk, block)
			require.ErrorIs(t, err, c.want)
			_, err = keyblock.Wrap(t.Context(), c.kbpk, pinHeader(version), key)
			require.ErrorIs(t, err, c.want)
		}
	}
	for _, version := range []byte("AC") {
		k := kbpksOf(t, version)[0]
		block, err := keyblock.Wrap(t.Context(), k, pinHeader(version), key, keyblock.AllowVariantBinding())
		require.NoError(t, err)
		_, err = keyblock.Unwrap(t.Context(), opaque{k: k}, block)
		require.ErrorIs(t, err, keyblock.ErrOpaqueKBPK)
		_, err = keyblock.Wrap(t.Context(), opaque{k: k}, pinHeader(version), key, keyblock.AllowVariantBinding())
		require.ErrorIs(t, err, keyblock.ErrOpaqueKBPK)
	}
}

func TestDeriveErrors(t *testing.T) {
	t.Parallel()
	k := testKey(t, keys.AES128, keys.UsageKBPK)
	_, _, err := clearblock.Derive(t.Context(), k, 'Z')
	require.ErrorIs(t, err, keyblock.ErrHeader)
	_, _, err = clearblock.Derive(t.Context(), k, 'B')
	require.ErrorIs(t, err, keyblock.ErrKBPK)
	_, _, err = clearblock.Derive(t.Context(), testKey(t, keys.AES128, keys.UsageData), 'D')
	require.ErrorIs(t, err, keyblock.ErrKBPK)
}

// Version E enciphers with a key of its own, and authenticates with that of D.
func TestDeriveE(t *testing.T) {
	t.Parallel()
	for _, k := range kbpksOf(t, 'D') {
		encD, macD, err := clearblock.Derive(t.Context(), k, 'D')
		require.NoError(t, err)
		encE, macE, err := clearblock.Derive(t.Context(), k, 'E')
		require.NoError(t, err)
		require.NotEqual(t, encD, encE)
		require.Equal(t, macD, macE)
		require.Len(t, encE, k.Algorithm().KeySize())
	}
}
