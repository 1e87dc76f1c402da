package pinverify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// A stored block that was damaged is never a wrong PIN: ISO-4 notices a change
// of any bit, and one of the account.
func TestDamagedStoredBlock(t *testing.T) {
	t.Parallel()
	key, err := cleartext.ParseAES(testKey, "P0")
	require.NoError(t, err)
	otherKey, err := cleartext.ParseAES("00112233445566778899AABBCCDDEEFF", "P0")
	require.NoError(t, err)
	m, pin, pan := pinverify.StoredBlock{Format: pinblock.ISO4}, mustPIN(t, "1234"), mustPAN(t, testPAN)
	block, err := m.Reference(t.Context(), key, pin, pan)
	require.NoError(t, err)

	for bit := range 8 * len(block) {
		block[bit/8] ^= 1 << (bit % 8)
		require.Equal(t, pinverify.ErrReference, m.Verify(t.Context(), key, pin, pan, block))
		block[bit/8] ^= 1 << (bit % 8)
	}
	require.Equal(t, pinverify.ErrReference, m.Verify(t.Context(), key, pin, mustPAN(t, "4111111111111112"), block))
	require.Equal(t, pinverify.ErrReference, m.Verify(t.Context(), otherKey, pin, pan, block))
	require.NoError(t, m.Verify(t.Context(), key, pin, pan, block))

	again, err := m.Reference(t.Context(), key, pin, pan)
	require.NoError(t, err)
	require.NotEqual(t, block, again, "two blocks of one PIN are alike")
}

func TestStoredBlockRefusals(t *testing.T) {
	t.Parallel()
	m := pinverify.StoredBlock{Format: pinblock.ISO3}
	pin, pan := mustPIN(t, "1234"), mustPAN(t, testPAN)
	err := m.Verify(t.Context(), unusedKey{t}, pin, pan, make([]byte, 8))
	require.ErrorIs(t, err, pinverify.ErrKey, "the key cannot decipher")

	key := mustKey(t, testKey, "P0")
	require.ErrorIs(t, m.Verify(t.Context(), key, pin, mustPAN(t, "123456789012"), make([]byte, 8)), pinblock.ErrPANLength)
	for _, c := range []struct {
		format pinblock.Format
		pin    string
	}{
		{pinblock.VISA2, "1234567"},
		{pinblock.OEM1.WithPad(4), "1234"},
	} {
		_, err := pinverify.StoredBlock{Format: c.format}.Reference(t.Context(), key, mustPIN(t, c.pin), pan)
		require.Error(t, err)
		require.NotErrorIs(t, err, pinblock.ErrPadInPIN)
		require.NotErrorIs(t, err, pinblock.ErrPINLength)
	}
}
