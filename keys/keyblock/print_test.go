package keyblock_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret/secrettest"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func TestNeverPrints(t *testing.T) {
	t.Parallel()
	raw := unhex(t, testHex[keys.TDES2])
	kbpk := testKey(t, keys.AES128, keys.UsageKBPK)
	block, err := keyblock.Wrap(t.Context(), kbpk, pinHeader('D'), testKey(t, keys.TDES2, keys.UsagePIN))
	require.NoError(t, err)
	u, err := keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err)
	secrettest.NeverPrints(t, raw, u)
	secrettest.NeverPrints(t, raw, keyblock.WithPadding(u.Secret()))

	k, err := clearblock.NewKBPK('B', raw)
	require.NoError(t, err)
	secrettest.NeverPrints(t, raw, k)

	require.Equal(t, "[key of D0112P0TE00E0000]", fmt.Sprint(u))
	require.Equal(t, u.String(), u.GoString())
	require.Equal(t, u.String(), u.LogValue().String())
	_, err = json.Marshal(u)
	require.Error(t, err)
	_, err = u.MarshalBinary()
	require.Error(t, err)
	require.Equal(t, "[key of ?0000????00?0000]", fmt.Sprint(keyblock.Unwrapped{}))
	require.Empty(t, clearblock.Key(keyblock.Unwrapped{}))
}
