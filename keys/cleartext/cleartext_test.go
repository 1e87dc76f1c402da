package cleartext_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

const (
	double = "0123456789ABCDEFFEDCBA9876543210"
	triple = "0123456789ABCDEFFEDCBA98765432101122334455667788"
	quad   = triple + "99AABBCCDDEEFF00"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex string
		tdes, aes any // an Algorithm, or an error
	}{
		{"16 bytes", double, keys.TDES2, keys.AES128},
		{"24 bytes", triple, keys.TDES3, keys.AES192},
		{"32 bytes", quad, keys.ErrKeySize, keys.AES256},
		{"lower case", strings.ToLower(double), keys.TDES2, keys.AES128},
		{"8 bytes", double[:16], keys.ErrWeak, keys.ErrKeySize},
		{"empty", "", keys.ErrKeySize, keys.ErrKeySize},
		{"20 bytes", triple[:40], keys.ErrKeySize, keys.ErrKeySize},
		{"40 bytes", quad + double[:16], keys.ErrKeySize, keys.ErrKeySize},
		{"odd digits", double[1:], cleartext.ErrHex, cleartext.ErrHex},
		{"odd digits", triple + "1", cleartext.ErrHex, cleartext.ErrHex},
		{"one digit", "1", cleartext.ErrHex, cleartext.ErrHex},
		{"no digit", "G" + double[1:], cleartext.ErrHex, cleartext.ErrHex},
		{"space", double[:16] + " " + double[16:] + " ", cleartext.ErrHex, cleartext.ErrHex},
		{"newline", double + "\n", cleartext.ErrHex, cleartext.ErrHex},
		{"prefix", "0x" + double[2:], cleartext.ErrHex, cleartext.ErrHex},
		{"equal halves", double[:16] + double[:16], keys.ErrWeak, keys.AES128},
	} {
		k, err := cleartext.ParseTDES(c.hex, keys.UsagePIN)
		check(t, "TDES "+c.name, c.hex, c.tdes, k, err)
		k, err = cleartext.ParseAES([]byte(c.hex), keys.UsagePIN)
		check(t, "AES "+c.name, c.hex, c.aes, k, err)
	}
	_, err := cleartext.ParseTDES(double, "")
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
}

func check(t *testing.T, name, hexText string, want any, k keys.Key, err error) {
	t.Helper()
	if target, ok := want.(error); ok {
		require.ErrorIs(t, err, target, name)
		require.True(t, k.IsZero(), name)
		return
	}
	require.NoError(t, err, name)
	require.Equal(t, want, k.Algorithm(), name)
	require.Equal(t, strings.ToUpper(hexText), cleartext.Hex(k), name)
	require.Equal(t, keys.UsagePIN, k.Usage(), name)
}

// A key does not share memory with what it was made of, or with what it gave out.
func TestCopies(t *testing.T) {
	t.Parallel()
	raw, err := hex.DecodeString(double)
	require.NoError(t, err)
	k, err := cleartext.New(keys.TDES2, keys.UsagePIN, raw)
	require.NoError(t, err)
	c, err := cleartext.NewComponent(keys.TDES2, raw)
	require.NoError(t, err)
	want := bytes.Clone(raw)
	clear(raw)
	clear(cleartext.Bytes(k))
	clear(cleartext.ComponentBytes(c))
	require.Equal(t, want, cleartext.Bytes(k))
	require.Equal(t, want, cleartext.ComponentBytes(c))

	text := []byte(double)
	_, err = cleartext.ParseTDES(text, keys.UsagePIN)
	require.NoError(t, err)
	require.Equal(t, double, string(text), "the caller's text is the caller's to clear")
}

func TestKCV(t *testing.T) {
	t.Parallel()
	raw, err := hex.DecodeString(quad)
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		raw    []byte
		method keys.KCVMethod
		digits int
		want   error
	}{
		{"single DES", raw[:8], keys.TDESECBZero, 16, nil},
		{"single DES", raw[:8], keys.TDESCMACZero, 16, nil},
		{"AES", raw[:16], keys.AESCMAC, 32, nil},
		{"HMAC", raw, keys.HMACSHA256, 64, nil},
		{"short HMAC", raw[:13], keys.HMACSHA256, 6, keys.ErrKeySize},
		{"TDES of 7", raw[:7], keys.TDESECBZero, 6, keys.ErrKeySize},
		{"TDES of 32", raw, keys.TDESCMAC, 6, keys.ErrKeySize},
		{"TDES of nothing", nil, keys.TDESECBZero, 6, keys.ErrKeySize},
		{"AES of 8", raw[:8], keys.AESECBZero, 6, keys.ErrKeySize},
		{"3 digits", raw[:16], keys.TDESECBZero, 3, keys.ErrKCVLength},
		{"17 digits", raw[:16], keys.TDESECBZero, 17, keys.ErrKCVLength},
		{"33 digits", raw[:16], keys.AESECBZero, 33, keys.ErrKCVLength},
		{"65 digits", raw[:16], keys.HMACSHA256, 65, keys.ErrKCVLength},
		{"no method", raw[:16], 0, 6, keys.ErrKCVMethod},
		{"no such method", raw[:16], 99, 6, keys.ErrKCVMethod},
	} {
		kcv, err := cleartext.KCV(c.raw, c.method, []byte("data"), c.digits)
		require.ErrorIs(t, err, c.want, c.name)
		if c.want == nil {
			require.Len(t, kcv, c.digits)
		}
	}

	// Single DES is TDES with equal parts.
	one, err := cleartext.KCV(raw[:8], keys.TDESECBZero, nil, 16)
	require.NoError(t, err)
	require.Equal(t, "D5D44FF720683D0D", one)
	two, err := cleartext.KCV(append(bytes.Clone(raw[:8]), raw[:8]...), keys.TDESECBZero, nil, 16)
	require.NoError(t, err)
	require.Equal(t, one, two)
}

// The methods over zeros do not read the data, the others do.
func TestKCVData(t *testing.T) {
	t.Parallel()
	raw, err := hex.DecodeString(double)
	require.NoError(t, err)
	for m := keys.TDESECBZero; m <= keys.HMACSHA256; m++ {
		a, err := cleartext.KCV(raw, m, nil, 16)
		require.NoError(t, err)
		b, err := cleartext.KCV(raw, m, []byte{1}, 16)
		require.NoError(t, err)
		require.Equal(t, strings.HasSuffix(m.String(), "-zero"), a == b, "%v", m)
	}
}

func TestComponentErrors(t *testing.T) {
	t.Parallel()
	_, err := cleartext.NewComponent(0, make([]byte, 16))
	require.ErrorIs(t, err, keys.ErrAlgorithm)
	for _, n := range []int{0, 8, 15, 17, 24, 32} {
		_, err := cleartext.NewComponent(keys.TDES2, make([]byte, n))
		require.ErrorIs(t, err, keys.ErrComponentLength, "%d bytes", n)
	}
	_, err = cleartext.ParseComponent(keys.TDES2, double[1:])
	require.ErrorIs(t, err, cleartext.ErrHex)
	c, err := cleartext.ParseComponent(keys.TDES2, []byte(strings.ToLower(double)))
	require.NoError(t, err)
	require.Equal(t, "08D7B4", c.KCV())
}
