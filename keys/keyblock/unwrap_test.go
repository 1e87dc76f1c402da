package keyblock_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// wrapped returns a block of every version with its key.
func wrapped(t testing.TB, version byte) (keyblock.KBPK, string) {
	t.Helper()
	kbpk := kbpksOf(t, version)[0]
	h := pinHeader(version)
	ks, err := keyblock.NewKS(make([]byte, 10))
	require.NoError(t, err)
	h.Optional = []keyblock.OptionalBlock{ks}
	block, err := keyblock.Wrap(t.Context(), kbpk, h, testKey(t, keys.TDES2, keys.UsagePIN), allowAll()...)
	require.NoError(t, err)
	return kbpk, block
}

// No character of a block can be changed, to any other: either anybody can see
// that it is wrong, or the MAC is.
func TestEveryCharacterIsBound(t *testing.T) {
	t.Parallel()
	for i := range len(allVersions) {
		kbpk, block := wrapped(t, allVersions[i])
		for at := range len(block) {
			for _, c := range []byte("0 1AZz\x00\xff") {
				changed := []byte(block)
				changed[at] = c
				if strings.EqualFold(string(changed), block) {
					continue // hex digits may be in lower case
				}
				u, err := keyblock.Unwrap(t.Context(), kbpk, string(changed))
				require.Error(t, err, "%d is %q", at, c)
				require.Zero(t, u.Size())
				if !errors.Is(err, keyblock.ErrHeader) && !errors.Is(err, keyblock.ErrKBPK) { // B read as D needs another key
					require.Equal(t, keyblock.ErrMAC, err, "nothing is told but that")
				}
			}
		}
	}
}

// A key block cut anywhere, or with something behind it, is malformed.
func TestCutAndExtended(t *testing.T) {
	t.Parallel()
	for i := range len(allVersions) {
		kbpk, block := wrapped(t, allVersions[i])
		for n := range len(block) {
			_, err := keyblock.Unwrap(t.Context(), kbpk, block[:n])
			require.ErrorIs(t, err, keyblock.ErrHeader)
		}
		for _, more := range []string{"\n", " ", "0", "00", strings.Repeat("0", 16), strings.Repeat("0", 32)} {
			_, err := keyblock.Unwrap(t.Context(), kbpk, block+more)
			require.ErrorIs(t, err, keyblock.ErrHeader)
		}
	}
}

func TestLowerCaseHex(t *testing.T) {
	t.Parallel()
	for i := range len(allVersions) {
		kbpk, block := wrapped(t, allVersions[i])
		h, err := keyblock.ParseHeader(block)
		require.NoError(t, err)
		_, err = keyblock.Unwrap(t.Context(), kbpk, block[:h.Len()]+strings.ToLower(block[h.Len():]))
		require.NoError(t, err)
	}
}

// A block with a good MAC and a key length that cannot be is as bad as one with a
// bad MAC, and told apart by nothing.
func TestKeyLengthField(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors(t) {
		if v.ExpectError == nil || v.ExpectError.Reason != "key-length-field" {
			continue
		}
		kbpk, err := vectorKBPK(t, v.Inputs.KeyBlock, v.Inputs.KBPK)
		require.NoError(t, err)
		u, err := keyblock.Unwrap(t.Context(), kbpk, v.Inputs.KeyBlock)
		require.Equal(t, keyblock.ErrMAC, err)
		require.Empty(t, clearblock.Key(u))
	}
}

func TestUnwrappedKeyErrors(t *testing.T) {
	t.Parallel()
	kbpk := testKey(t, keys.AES256, keys.UsageKBPK)
	weak := strings.Repeat("0123456789ABCDEF", 3)
	for _, c := range []struct {
		name, usage string
		algorithm   byte
		key         string
		want        error
	}{
		{"single DES", "P0", 'T', weak[:16], keys.ErrWeak},
		{"equal halves", "P0", 'T', weak[:32], keys.ErrWeak},
		{"equal parts", "P0", 'T', weak, keys.ErrWeak},
		{"TDES of 6", "P0", 'T', weak[:12], keys.ErrKeySize},
		{"TDES of 32", "P0", 'T', weak + weak[:16], keys.ErrKeySize},
		{"AES of 20", "P0", 'A', weak[:40], keys.ErrKeySize},
		{"AES zeros", "P0", 'A', strings.Repeat("0", 32), keys.ErrWeak},
		{"DES", "P0", 'D', weak[:16], keyblock.ErrNotCipherKey},
		{"HMAC", "M7", 'H', weak[:32], keyblock.ErrNotCipherKey},
		{"unknown usage", "ZZ", 'A', testHex[keys.AES128], keys.ErrUnknownUsage},
		{"proprietary usage", "72", 'T', testHex[keys.TDES2], nil},
	} {
		h := keyblock.Header{Version: 'D', Usage: keys.Usage(c.usage), Algorithm: c.algorithm, Mode: 'N', Exportability: 'N'}
		block, err := clearblock.Wrap(t.Context(), kbpk, h, unhex(t, c.key), nil, keyblock.AllowInconsistentHeader())
		require.NoError(t, err, c.name)
		u, err := keyblock.Unwrap(t.Context(), kbpk, block)
		require.NoError(t, err, c.name)
		require.Equal(t, c.key, upper(clearblock.Key(u)), c.name)
		k, err := u.Key()
		require.ErrorIs(t, err, c.want, c.name)
		require.Equal(t, c.want != nil, k.IsZero(), c.name)
	}
}

// A double length key that was stored as a triple length one, K3 = K1, is the
// same key.
func TestTripleLengthFormOfDouble(t *testing.T) {
	t.Parallel()
	kbpk, k2 := testKey(t, keys.AES128, keys.UsageKBPK), testHex[keys.TDES2]
	k3, err := cleartext.Parse(keys.TDES3, keys.UsagePIN, k2+k2[:16])
	require.NoError(t, err)
	block, err := keyblock.Wrap(t.Context(), kbpk, pinHeader('D'), k3)
	require.NoError(t, err)
	u, err := keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err)
	k, err := u.Key()
	require.NoError(t, err)
	require.Equal(t, keys.TDES3, k.Algorithm())
	require.Equal(t, testKey(t, keys.TDES2, keys.UsagePIN).KCV(), k.KCV())
}

// Everything may be used from many goroutines.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	kbpk, block := wrapped(t, 'B')
	u, err := keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err)
	key, err := u.Key()
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				again, err := keyblock.Unwrap(t.Context(), kbpk, block)
				if err == nil {
					_, err = keyblock.Wrap(t.Context(), kbpk, again.Header, key)
				}
				if k, kerr := u.Key(); err != nil || kerr != nil || !k.Equal(key) {
					t.Errorf("%v, %v", err, kerr)
				}
				_ = keyblock.Explain(u.Header)
			}
		})
	}
	wg.Wait()
}

// What anybody can see is told before the protection key is looked at.
func TestUnwrapKBPK(t *testing.T) {
	t.Parallel()
	kbpk, block := wrapped(t, 'D')
	for _, k := range []keyblock.KBPK{
		nil, keys.Key{}, testKey(t, keys.TDES2, keys.UsageKBPK), testKey(t, keys.AES128, keys.UsagePIN), testKey(t, keys.AES128, "72"),
	} {
		_, err := keyblock.Unwrap(t.Context(), k, block)
		require.Equal(t, keyblock.ErrKBPK, err)
		_, err = keyblock.Unwrap(t.Context(), k, block[:len(block)-2])
		require.ErrorIs(t, err, keyblock.ErrHeader)
	}
	_, err := keyblock.Unwrap(t.Context(), testKey(t, keys.AES256, keys.UsageKBPK), block)
	require.Equal(t, keyblock.ErrMAC, err, "another key")
	_, err = keyblock.Unwrap(t.Context(), kbpk, block)
	require.NoError(t, err)
}
