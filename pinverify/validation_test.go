package pinverify_test

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// recorder is a key that remembers what it was asked to encipher.
type recorder struct{ asked []byte }

func (r *recorder) BlockSize() int { return 8 }

func (r *recorder) Encrypt(_ context.Context, dst, src []byte) error {
	r.asked = append([]byte(nil), src...)
	copy(dst, src)
	return nil
}

func enciphered(t *testing.T, v pinverify.Validation, pan pinblock.PAN) (string, error) {
	t.Helper()
	var r recorder
	_, err := pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: v}.Natural(t.Context(), &r, pan, 4)
	return strings.ToUpper(hex.EncodeToString(r.asked)), err
}

// Every part of every length of PAN.
func TestValidationFromPAN(t *testing.T) {
	t.Parallel()
	const all = "1234567890987654321"
	for n := 1; n <= len(all); n++ {
		pan := mustPAN(t, all[:n])
		for offset := range 19 {
			for length := 1; length <= 16 && offset+length <= 19; length++ {
				got, err := enciphered(t, pinverify.ValidationFromPAN(offset, length, 0xe), pan)
				if offset+length > n {
					require.ErrorIs(t, err, pinverify.ErrPAN)
					require.Empty(t, got)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, all[offset:offset+length]+strings.Repeat("E", 16-length), got)
			}
		}
	}
}

func TestFixedValidation(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0000000000000000", "FFFFFFFFFFFFFFFF", "ABCDEF0123456789", "123456789000376F", "a000000000000000"} {
		v, err := pinverify.FixedValidation(text)
		require.NoError(t, err)
		require.NoError(t, v.Check())
		got, err := enciphered(t, v, pinblock.PAN{})
		require.NoError(t, err)
		require.Equal(t, strings.ToUpper(text), got)
	}
	for _, text := range []string{"", "123456789000376", "123456789000376F0", "123456789000376G", "123456789000376 ", "１２３４５"} {
		v, err := pinverify.FixedValidation([]byte(text))
		require.ErrorIs(t, err, pinverify.ErrValidation, text)
		require.ErrorIs(t, v.Check(), pinverify.ErrValidation, text)
	}
}

func TestValidationCheck(t *testing.T) {
	t.Parallel()
	const huge = int(^uint(0) >> 1)
	for _, c := range []struct {
		v    pinverify.Validation
		want error
	}{
		{pinverify.Validation{}, pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(0, 0, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(0, -1, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(0, 17, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(-1, 16, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(4, 16, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(huge, 16, 0xf), pinverify.ErrValidation},
		{pinverify.ValidationFromPAN(0, 16, 0x10), pinverify.ErrPad},
		{pinverify.ValidationFromPAN(3, 16, 0xf), nil},
		{pinverify.ValidationFromPAN(18, 1, 0), nil},
	} {
		require.ErrorIs(t, c.v.Check(), c.want)
		_, err := enciphered(t, c.v, mustPAN(t, "1234567890987654321"))
		require.ErrorIs(t, err, c.want)
	}
}

func TestParsePad(t *testing.T) {
	t.Parallel()
	for i, c := range []byte("0123456789ABCDEF") {
		for _, text := range []string{string(c), strings.ToLower(string(c))} {
			pad, err := pinverify.ParsePad(text)
			require.NoError(t, err)
			require.Equal(t, byte(i), pad)
		}
	}
	for _, text := range []string{"", "FF", "X", "G", " ", "é"} {
		_, err := pinverify.ParsePad(text)
		require.ErrorIs(t, err, pinverify.ErrPad, text)
	}
}

func TestValidationCut(t *testing.T) {
	t.Parallel()
	offset, length, pad, ok := pinverify.ValidationFromPAN(4, 11, 0xe).Cut()
	require.True(t, ok)
	require.Equal(t, [3]int{4, 11, 0xe}, [3]int{offset, length, int(pad)})
	_, _, _, ok = mustValidation(t, "0000000000000000").Cut()
	require.False(t, ok)
}
