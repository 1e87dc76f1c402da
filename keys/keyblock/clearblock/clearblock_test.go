package clearblock_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

func TestNewKBPK(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		for version := byte('A'); version <= 'F'; version++ {
			tdes := version <= 'C' && (n == 16 || n == 24)
			aes := (version == 'D' || version == 'E') && (n == 16 || n == 24 || n == 32)
			k, err := clearblock.NewKBPK(version, make([]byte, n))
			if !tdes && !aes {
				require.ErrorIs(t, err, keyblock.ErrKBPK)
				continue
			}
			require.NoError(t, err, "a weak key is a key here")
			require.Equal(t, n, k.Algorithm().KeySize())
		}
	}
}

// What comes out is a copy: clearing it changes nothing.
func TestCopies(t *testing.T) {
	t.Parallel()
	raw := []byte("sixteen byte key")
	kbpk, err := clearblock.NewKBPK('D', raw)
	require.NoError(t, err)
	clear(raw)
	h := keyblock.Header{Version: 'D', Usage: "P0", Algorithm: 'A', Mode: 'E', Exportability: 'N'}
	block, err := clearblock.Wrap(t.Context(), kbpk, h, []byte("another 16 bytes"), nil)
	require.NoError(t, err)
	same, err := clearblock.NewKBPK('D', []byte("sixteen byte key"))
	require.NoError(t, err)
	u, err := keyblock.Unwrap(t.Context(), same, block)
	require.NoError(t, err)
	clear(clearblock.Key(u))
	require.Equal(t, "another 16 bytes", string(clearblock.Key(u)))
	require.Len(t, clearblock.Padding(u), 30)
}

// A block with padding chosen by the caller, to compare with a known answer.
func ExampleWrap() {
	kbpk, _ := hex.DecodeString("00112233445566778899AABBCCDDEEFF")
	key, _ := hex.DecodeString("0123456789ABCDEFFEDCBA9876543210")
	padding, _ := hex.DecodeString("A0A1A2A3A4A5")
	k, err := clearblock.NewKBPK('C', kbpk)
	if err != nil {
		log.Fatal(err)
	}
	h := keyblock.Header{Version: 'C', Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
	block, err := clearblock.Wrap(context.Background(), k, h, key, padding, keyblock.AllowVariantBinding())
	fmt.Println(block, err)
	// Output: C0072P0TE00N0000D8A6C0A9654CBDB862F7F6E633D0B12791AFA0E6778BEAFD010EC262 <nil>
}

// What Open deciphers is what was wrapped, and the authenticator is that of the block,
// unless one of the two was changed.
func TestOpen(t *testing.T) {
	t.Parallel()
	raw, key := []byte("sixteen byte key"), []byte("another 16 bytes")
	for version := byte('A'); version <= 'E'; version++ {
		kbpk, err := clearblock.NewKBPK(version, raw)
		require.NoError(t, err)
		h := keyblock.Header{Version: version, Usage: "P0", Algorithm: 'T', Mode: 'E', Exportability: 'N'}
		block, err := clearblock.Wrap(t.Context(), kbpk, h, key, nil, keyblock.AllowVariantBinding())
		require.NoError(t, err)
		_, _, mac, err := keyblock.Split(block)
		require.NoError(t, err)
		payload, want, err := clearblock.Open(t.Context(), kbpk, block)
		require.NoError(t, err)
		require.Equal(t, append([]byte{0, 128}, key...), payload[:18])
		require.Equal(t, mac, fmt.Sprintf("%X", want))

		changed := block[:11] + "E" + block[12:]
		payload, want, err = clearblock.Open(t.Context(), kbpk, changed)
		require.NoError(t, err)
		require.Equal(t, []byte{0, 128}, payload[:2], "the IV ends before the exportability, or is the authenticator")
		require.NotEqual(t, mac, fmt.Sprintf("%X", want))
		_, err = keyblock.Unwrap(t.Context(), kbpk, changed)
		require.ErrorIs(t, err, keyblock.ErrMAC)

		_, _, err = clearblock.Open(t.Context(), nil, block)
		require.ErrorIs(t, err, keyblock.ErrKBPK)
		_, _, err = clearblock.Open(t.Context(), kbpk, block[1:])
		require.ErrorIs(t, err, keyblock.ErrHeader)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err = clearblock.Open(ctx, kbpk, block)
		require.ErrorIs(t, err, context.Canceled)
	}
}
