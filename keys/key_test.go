package keys_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The examples of FIPS 197 appendix C, and for TDES the check values of
// testvectors/kcv.json.
var answers = []struct {
	alg                keys.Algorithm
	key, plain, cipher string
}{
	{keys.TDES2, "0123456789ABCDEFFEDCBA9876543210", "0000000000000000", "08D7B4FB629D0885"},
	{keys.TDES3, "0123456789ABCDEFFEDCBA98765432101122334455667788", "0000000000000000", "8BB7CF39BC856FF4"},
	{keys.AES128, "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "69C4E0D86A7B0430D8CDB78070B4C55A"},
	{keys.AES192, "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF", "DDA97CA4864CDFE06EAF70A0EC0D7191"},
	{keys.AES256, "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF", "8EA2B7CA516745BFEAFC49904B496089"},
}

func TestEncryptDecrypt(t *testing.T) {
	t.Parallel()
	for _, a := range answers {
		t.Run(a.alg.String(), func(t *testing.T) {
			t.Parallel()
			k, err := cleartext.Parse(a.alg, keys.UsagePIN, a.key)
			require.NoError(t, err)
			for _, blocks := range []int{1, 2, 5} {
				plain := bytes.Repeat(unhex(t, a.plain), blocks)
				want := bytes.Repeat(unhex(t, a.cipher), blocks)
				got := make([]byte, len(plain))
				require.NoError(t, k.Encrypt(t.Context(), got, plain))
				require.Equal(t, want, got)
				require.NoError(t, k.Decrypt(t.Context(), got, want))
				require.Equal(t, plain, got)
				require.NoError(t, k.Encrypt(t.Context(), got, got), "in place")
				require.Equal(t, want, got)
				require.NoError(t, k.Decrypt(t.Context(), got, got), "in place")
				require.Equal(t, plain, got)
			}
		})
	}
}

func TestData(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, a := range allAlgorithms {
		k := testKey(t, a, keys.UsageData)
		n := k.BlockSize()
		buf := bytes.Repeat([]byte{0x5a}, 4*n)
		before := bytes.Clone(buf)
		for _, c := range []struct {
			name     string
			ctx      context.Context
			dst, src []byte
			want     error
		}{
			{"nil", t.Context(), nil, nil, keys.ErrBlockSize},
			{"empty", t.Context(), buf[:0], buf[n:n], keys.ErrBlockSize},
			{"short", t.Context(), buf[:n-1], buf[n : 2*n-1], keys.ErrBlockSize},
			{"one and a bit", t.Context(), buf[:n+1], buf[2*n : 3*n+1], keys.ErrBlockSize},
			{"output short", t.Context(), buf[:n], buf[n : 3*n], keys.ErrBlockSize},
			{"output long", t.Context(), buf[:2*n], buf[2*n : 3*n], keys.ErrBlockSize},
			{"output nil", t.Context(), nil, buf[:n], keys.ErrBlockSize},
			{"overlap by a byte", t.Context(), buf[:n], buf[1 : n+1], keys.ErrOverlap},
			{"overlap by a byte, other way", t.Context(), buf[1 : n+1], buf[:n], keys.ErrOverlap},
			{"overlap by a block", t.Context(), buf[n : 3*n], buf[:2*n], keys.ErrOverlap},
			{"overlap by the last byte", t.Context(), buf[n-1 : 2*n-1], buf[:n], keys.ErrOverlap},
			{"cancelled", done, buf[:n], buf[n : 2*n], context.Canceled},
		} {
			require.ErrorIs(t, k.Encrypt(c.ctx, c.dst, c.src), c.want, "%v encrypt: %s", a, c.name)
			require.ErrorIs(t, k.Decrypt(c.ctx, c.dst, c.src), c.want, "%v decrypt: %s", a, c.name)
			require.Equal(t, before, buf, "%v: %s", a, c.name)
		}
		require.NoError(t, k.Encrypt(t.Context(), buf[:n], buf[n:2*n]), "neighbours do not overlap")
		require.NoError(t, k.Decrypt(t.Context(), buf[n:2*n], buf[:n]), "neighbours do not overlap")
		require.Equal(t, before[n:], buf[n:])
	}
}

func TestZeroKey(t *testing.T) {
	t.Parallel()
	var k keys.Key
	require.True(t, k.IsZero())
	require.Zero(t, k.Algorithm())
	require.Zero(t, k.Usage())
	require.Zero(t, k.BlockSize())
	require.Empty(t, k.KCV())
	require.Empty(t, cleartext.Bytes(k))
	require.Empty(t, cleartext.Hex(k))
	require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, 8), make([]byte, 8)), keys.ErrZeroKey)
	require.ErrorIs(t, k.Decrypt(t.Context(), make([]byte, 8), make([]byte, 8)), keys.ErrZeroKey)
	_, err := k.KCVWith(keys.TDESECBZero, 6)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	_, err = k.WithUsage(keys.UsagePIN)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	require.False(t, k.Equal(k))
	require.False(t, k.Equal(testKey(t, keys.TDES2, keys.UsagePIN)))
}

func TestVerificationKeysDoNotDecipher(t *testing.T) {
	t.Parallel()
	pin := testKey(t, keys.TDES2, keys.UsagePIN)
	for _, u := range []keys.Usage{"V0", "V1", "V2", "V3", "V4", "V5"} {
		k, err := pin.WithUsage(u)
		require.NoError(t, err)
		require.Equal(t, u, k.Usage())
		data := make([]byte, 8)
		require.ErrorIs(t, k.Decrypt(t.Context(), data, data), keys.ErrUsage)
		require.Equal(t, make([]byte, 8), data)
		require.NoError(t, k.Encrypt(t.Context(), data, data))
	}
	require.Equal(t, keys.UsagePIN, pin.Usage(), "WithUsage changed its receiver")
	_, err := pin.WithUsage("P9")
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
}

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, a := range allAlgorithms {
		k := testKey(t, a, keys.UsagePIN)
		require.True(t, k.Equal(testKey(t, a, keys.UsageBDK)), "usage is not compared")
		for _, b := range allAlgorithms {
			require.Equal(t, a == b, k.Equal(testKey(t, b, keys.UsagePIN)), "%v and %v", a, b)
		}
		raw := cleartext.Bytes(k)
		raw[len(raw)-1] ^= 1
		other, err := cleartext.New(a, keys.UsagePIN, raw)
		require.NoError(t, err, "wrong parity is accepted")
		require.False(t, k.Equal(other))
	}
	tdes, err := cleartext.Parse(keys.TDES2, keys.UsagePIN, testHex[keys.AES128])
	require.NoError(t, err)
	require.False(t, tdes.Equal(testKey(t, keys.AES128, keys.UsagePIN)), "same bytes, other cipher")
}

// Not parallel: it counts what the whole process allocates.
func TestAllocations(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, a := range allAlgorithms {
		var e encrypter = testKey(t, a, keys.UsagePIN) // as pinblock holds it
		d := e.(decrypter)
		data := make([]byte, 4*e.BlockSize())
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if e.Encrypt(ctx, data, data) != nil || d.Decrypt(ctx, data, data) != nil {
				panic("failed")
			}
		}), "%v", a)
	}
}
