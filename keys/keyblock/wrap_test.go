package keyblock_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

const allVersions = "ABCDE"

// Every version, under every protection key it takes, gives back every key that
// was wrapped, with and without its length shown.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for i := range len(allVersions) {
		version := allVersions[i]
		for _, kbpk := range kbpksOf(t, version) {
			for _, a := range allAlgorithms {
				for _, opts := range [][]keyblock.Option{nil, {keyblock.ShowKeyLength()}} {
					roundTrip(t, version, kbpk, testKey(t, a, keys.UsagePIN), append(allowAll(), opts...))
				}
			}
		}
	}
}

func roundTrip(t *testing.T, version byte, kbpk, key keys.Key, opts []keyblock.Option) {
	t.Helper()
	name := fmt.Sprintf("%c %v %v", version, kbpk, key)
	block, err := keyblock.Wrap(t.Context(), kbpk, pinHeader(version), key, opts...)
	require.NoError(t, err, name)
	require.Equal(t, strings.ToUpper(block), block)
	u, err := keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err, name)
	got, err := u.Key()
	require.NoError(t, err, name)
	require.True(t, got.Equal(key), name)
	require.Equal(t, key.Usage(), got.Usage())
	require.Equal(t, len(block), u.Header.Length)
	require.Len(t, clearblock.Padding(u), (len(block)-16)/2-macLen(version)-2-u.Size())

	again, err := clearblock.Wrap(t.Context(), kbpk, u.Header, clearblock.Key(u), clearblock.Padding(u), opts...)
	require.NoError(t, err, name)
	require.Equal(t, block, again, name)
	fresh, err := keyblock.Wrap(t.Context(), kbpk, u.Header, got, opts...)
	require.NoError(t, err, name)
	if len(clearblock.Padding(u)) > 4 {
		require.NotEqual(t, block, fresh, "the padding is not random")
	}
}

func macLen(version byte) int { return map[byte]int{'A': 4, 'B': 8, 'C': 4, 'D': 16, 'E': 16}[version] }

// A block has the length of the longest key of its algorithm, unless it is asked
// to show its own.
func TestKeyLengthHidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version       byte
		a             keys.Algorithm
		hidden, shown int
	}{
		{'B', keys.TDES2, 96, 80},
		{'B', keys.TDES3, 96, 96},
		{'C', keys.TDES2, 88, 72},
		{'D', keys.TDES2, 112, 112},
		{'D', keys.AES128, 144, 112},
		{'D', keys.AES256, 144, 144},
		{'E', keys.TDES2, 100, 84},
		{'E', keys.TDES3, 100, 100},
		{'E', keys.AES128, 116, 84},
		{'E', keys.AES192, 116, 100},
	} {
		kbpks := kbpksOf(t, c.version)
		kbpk, key := kbpks[len(kbpks)-1], testKey(t, c.a, keys.UsagePIN)
		block, err := keyblock.Wrap(t.Context(), kbpk, pinHeader(c.version), key, keyblock.AllowVariantBinding())
		require.NoError(t, err)
		require.Len(t, block, c.hidden, "%c %v", c.version, c.a)
		block, err = keyblock.Wrap(t.Context(), kbpk, pinHeader(c.version), key, keyblock.AllowVariantBinding(), keyblock.ShowKeyLength())
		require.NoError(t, err)
		require.Len(t, block, c.shown, "%c %v", c.version, c.a)
	}
}

func TestWrapRefusals(t *testing.T) {
	t.Parallel()
	key := testKey(t, keys.TDES2, keys.UsagePIN)
	aes, tdes := testKey(t, keys.AES128, keys.UsageKBPK), testKey(t, keys.TDES2, keys.UsageKBPK)
	with := func(change func(h *keyblock.Header)) keyblock.Header {
		h := pinHeader('D')
		change(&h)
		return h
	}
	long := func(h *keyblock.Header) {
		h.Optional = []keyblock.OptionalBlock{{ID: "LB", Data: strings.Repeat("x", 10000)}}
	}
	for _, c := range []struct {
		name string
		kbpk keyblock.KBPK
		h    keyblock.Header
		key  keys.Key
		want error
	}{
		{"no KBPK", nil, pinHeader('D'), key, keyblock.ErrKBPK},
		{"zero KBPK", keys.Key{}, pinHeader('D'), key, keyblock.ErrKBPK},
		{"TDES for D", tdes, pinHeader('D'), key, keyblock.ErrKBPK},
		{"AES for B", aes, pinHeader('B'), key, keyblock.ErrKBPK},
		{"a PIN key as KBPK", testKey(t, keys.AES128, keys.UsagePIN), pinHeader('D'), key, keyblock.ErrKBPK},
		{"K4 for B", testKey(t, keys.TDES3, keys.UsageISO20038KBPK), pinHeader('B'), key, keyblock.ErrKBPK},
		{"K4 for E", testKey(t, keys.AES128, keys.UsageISO20038KBPK), pinHeader('E'), key, nil},
		{"K0 for D", testKey(t, keys.AES128, keys.UsageKEK), pinHeader('D'), key, nil},
		{"zero key", aes, pinHeader('D'), keys.Key{}, keys.ErrZeroKey},
		{"version A", tdes, pinHeader('A'), key, keyblock.ErrVariantBinding},
		{"version C", tdes, pinHeader('C'), key, keyblock.ErrVariantBinding},
		{"weaker KBPK", tdes, pinHeader('B'), testKey(t, keys.TDES3, keys.UsagePIN), keyblock.ErrStrength},
		{"weaker AES KBPK", aes, pinHeader('D'), testKey(t, keys.AES192, keys.UsagePIN), keyblock.ErrStrength},
		{"AES-128 protects TDES3", aes, pinHeader('D'), testKey(t, keys.TDES3, keys.UsagePIN), nil},
		{"other usage", aes, with(func(h *keyblock.Header) { h.Usage = "D0" }), key, keyblock.ErrKeyMismatch},
		{"other algorithm", aes, with(func(h *keyblock.Header) { h.Algorithm = 'A' }), key, keyblock.ErrKeyMismatch},
		{"no mode", aes, with(func(h *keyblock.Header) { h.Mode = 0 }), key, keyblock.ErrHeader},
		{"wrong mode", aes, with(func(h *keyblock.Header) { h.Mode = 'C' }), key, keyblock.ErrInconsistent},
		{"version Z", aes, with(func(h *keyblock.Header) { h.Version = 'Z' }), key, keyblock.ErrHeader},
		{"too long", aes, with(long), key, keyblock.ErrTooLong},
	} {
		block, err := keyblock.Wrap(t.Context(), c.kbpk, c.h, c.key)
		require.ErrorIs(t, err, c.want, c.name)
		require.Equal(t, c.want == nil, block != "", c.name)
	}
	for _, size := range []int{0, 33, 8192} {
		_, err := clearblock.Wrap(t.Context(), aes, keyblock.Header{Version: 'D', Usage: "P0", Algorithm: 'A', Mode: 'E', Exportability: 'E'}, make([]byte, size), nil)
		require.ErrorIs(t, err, keyblock.ErrKeySize)
	}
}

// What is no keys.Key is wrapped and comes back too, with padding to whole blocks
// only.
func TestWrapSecret(t *testing.T) {
	t.Parallel()
	kbpk := testKey(t, keys.AES256, keys.UsageKBPK)
	hm, err := keyblock.NewHM("SHA-256")
	require.NoError(t, err)
	h := keyblock.Header{Version: 'D', Usage: keys.UsageHMAC, Algorithm: 'H', Mode: 'C', Exportability: 'S', Optional: []keyblock.OptionalBlock{hm}}
	for _, size := range []int{1, 13, 14, 15, 20, 32, 64, 131, 4000} {
		raw := []byte(strings.Repeat("k", size))
		block, err := clearblock.Wrap(t.Context(), kbpk, h, raw, nil)
		require.NoError(t, err)
		require.Equal(t, 32+32+2*((size+2+15)/16*16), len(block), "a header of two blocks, and the key")
		u, err := keyblock.Unwrap(t.Context(), kbpk, block)
		require.NoError(t, err)
		require.Equal(t, raw, clearblock.Key(u))
		_, err = u.Key()
		require.ErrorIs(t, err, keyblock.ErrNotCipherKey)

		// Under another key, never seen.
		kek := testKey(t, keys.AES192, keys.UsageKEK)
		moved, err := keyblock.WrapSecret(t.Context(), kek, u.Header, u.Secret())
		require.NoError(t, err)
		u, err = keyblock.Unwrap(t.Context(), kek, moved)
		require.NoError(t, err)
		require.Equal(t, raw, clearblock.Key(u))
	}
}

// The padding block is made when it is needed, replaced when the version changes,
// and left alone otherwise.
func TestPaddingBlock(t *testing.T) {
	t.Parallel()
	key := testKey(t, keys.TDES2, keys.UsageVisaPVV)
	for n := range 40 {
		lb, err := keyblock.NewLB(strings.Repeat("x", n))
		require.NoError(t, err)
		h := keyblock.Header{Version: 'B', Mode: 'C', Exportability: 'N', Optional: []keyblock.OptionalBlock{lb}}
		for _, version := range []byte("BDEB") {
			h.Version = version
			kbpks := kbpksOf(t, version)
			block, err := keyblock.Wrap(t.Context(), kbpks[1], h, key)
			require.NoError(t, err)
			u, err := keyblock.Unwrap(t.Context(), kbpks[1], block)
			require.NoError(t, err)
			require.NoError(t, u.Header.Check())
			require.Equal(t, lb, u.Header.Optional[0])
			require.LessOrEqual(t, len(u.Header.Optional), 2)
			h = u.Header
		}
	}
}

// Padding that was for another version goes when none is needed.
func TestPaddingBlockGoes(t *testing.T) {
	t.Parallel()
	kbpk := testKey(t, keys.TDES2, keys.UsageKBPK)
	h := pinHeader('B')
	h.Optional = []keyblock.OptionalBlock{{ID: "LB", Data: "four"}, {ID: "PB", Data: "abc"}}
	block, err := keyblock.Wrap(t.Context(), kbpk, h, testKey(t, keys.TDES2, keys.UsagePIN))
	require.NoError(t, err)
	u, err := keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err)
	require.Equal(t, h.Optional[:1], u.Header.Optional)
}

// Wrap does not write behind the optional blocks of its caller.
func TestHeaderIsNotChanged(t *testing.T) {
	t.Parallel()
	blocks := []keyblock.OptionalBlock{{ID: "LB", Data: "x"}, {ID: "LB", Data: "the caller's"}}
	h := pinHeader('D')
	h.Optional = blocks[:1]
	_, err := keyblock.Wrap(t.Context(), testKey(t, keys.AES128, keys.UsageKBPK), h, testKey(t, keys.AES128, keys.UsagePIN))
	require.NoError(t, err)
	require.Equal(t, "the caller's", blocks[1].Data)
	require.Zero(t, h.Length)
}

func TestChosenPadding(t *testing.T) {
	t.Parallel()
	kbpk := testKey(t, keys.AES128, keys.UsageKBPK)
	h := keyblock.Header{Version: 'D', Usage: keys.UsagePIN, Algorithm: 'T', Mode: 'E', Exportability: 'E'}
	raw := unhex(t, testHex[keys.TDES2])
	for n := range 50 {
		_, err := clearblock.Wrap(t.Context(), kbpk, h, raw, make([]byte, n))
		if n%16 == 14 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, keyblock.ErrPadding, "%d bytes", n)
		}
	}
}

// A context that is done ends every operation, of every version.
func TestContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	key := testKey(t, keys.TDES2, keys.UsagePIN)
	for i := range len(allVersions) {
		kbpk := kbpksOf(t, allVersions[i])[0]
		_, err := keyblock.Wrap(ctx, kbpk, pinHeader(allVersions[i]), key, allowAll()...)
		require.ErrorIs(t, err, context.Canceled)
		block, err := keyblock.Wrap(t.Context(), kbpk, pinHeader(allVersions[i]), key, allowAll()...)
		require.NoError(t, err)
		_, err = keyblock.Unwrap(ctx, kbpk, block)
		require.ErrorIs(t, err, context.Canceled)
	}
}
