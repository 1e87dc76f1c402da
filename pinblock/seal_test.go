package pinblock_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

const (
	zpk1 = "0123456789ABCDEFFEDCBA9876543210"
	zpk2 = "23456789ABCDEF01DCBA98765432EF10"
	aes1 = "000102030405060708090A0B0C0D0E0F"
)

type cipherKey interface {
	pinblock.Encrypter
	pinblock.Decrypter
}

func keyFor(t testing.TB, f pinblock.Format) cipherKey {
	if f.BlockSize() == 16 {
		return aesKey(t, aes1)
	}
	return tdes(t, zpk1)
}

// sealable are the formats that need nothing but a PIN and a PAN.
func sealable() []pinblock.Format {
	var fs []pinblock.Format
	for _, f := range pinblock.Formats() {
		if f != pinblock.VISA41 && f != pinblock.VISA42 {
			fs = append(fs, f)
		}
	}
	return append(fs, pinblock.ISO4.WithRightmost12(), pinblock.VISA3.WithPad(0), pinblock.OEM1.WithPad(0xd),
		pinblock.IBM3624.WithPad(0xa), pinblock.IBM3621.WithPad(0xb).WithSequence(0x12ab), pinblock.IBM4704.WithSequence(0xff), pinblock.VISA2.WithPad(7))
}

func TestSealOpenEveryFormatAndLength(t *testing.T) {
	t.Parallel()
	const digits = "987654321098"
	for _, f := range sealable() {
		key := keyFor(t, f)
		shortest, longest := f.PINLengths()
		for _, pan := range []string{"4012345678909", "4111111111111111", "6799998900000060919"} {
			for n := 4; n <= 12; n++ {
				pin, pan := mustPIN(t, digits[:n]), mustPAN(t, pan)
				block, err := pinblock.Seal(t.Context(), nil, key, f, pin, pan)
				if n < shortest || n > longest {
					require.ErrorIs(t, err, pinblock.ErrPINLength, "%v %d", f, n)
					continue
				}
				if f == pinblock.IBM3621 && n == 12 {
					// Full of digits: without a pad digit set, its last one could be a pad.
					_, err = pinblock.Open(t.Context(), key, f, block, pan)
					require.ErrorIs(t, err, pinblock.ErrBlock)
					continue
				}
				require.NoError(t, err, "%v %d", f, n)
				require.Len(t, block, f.BlockSize())
				got, err := pinblock.Open(t.Context(), key, f, block, pan)
				require.NoError(t, err, "%v %d", f, n)
				require.True(t, got.Equal(pin), "%v %d", f, n)
			}
		}
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	key, pin, pan := tdes(t, zpk1), mustPIN(t, "1234"), mustPAN(t, "4111111111111111")
	seal := func(key pinblock.Encrypter, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN) error {
		_, err := pinblock.Seal(t.Context(), nil, key, f, pin, pan)
		return err
	}
	require.ErrorIs(t, seal(key, 0, pin, pan), pinblock.ErrFormat)
	require.ErrorIs(t, seal(key, pinblock.ISO0, pinblock.PIN{}, pan), pinblock.ErrPIN)
	require.ErrorIs(t, seal(key, pinblock.ISO0, pin, pinblock.PAN{}), pinblock.ErrPANLength)
	require.ErrorIs(t, seal(key, pinblock.ISO0, pin, mustPAN(t, "411111111111")), pinblock.ErrPANLength)
	require.ErrorIs(t, seal(key, pinblock.ISO4, pin, pan), pinblock.ErrKeySize)
	require.ErrorIs(t, seal(aesKey(t, aes1), pinblock.ISO0, pin, pan), pinblock.ErrKeySize)
	require.ErrorIs(t, seal(aesKey(t, aes1), pinblock.ISO4.WithRightmost12(), pin, mustPAN(t, "411111111111")), pinblock.ErrPANLength)
	require.ErrorIs(t, seal(key, pinblock.OEM1.WithPad(3), pin, pan), pinblock.ErrPadInPIN)
	require.ErrorIs(t, seal(key, pinblock.VISA2.WithPad(0xa), pin, pan), pinblock.ErrPad)
	require.ErrorIs(t, seal(key, pinblock.VISA41, pin, pan), pinblock.ErrCardKey)
	require.NoError(t, seal(key, pinblock.ISO1, pin, pinblock.PAN{}), "ISO-1 needs no PAN")
}

func TestOpenSaysOneThing(t *testing.T) {
	t.Parallel()
	key := identity(8)
	pan := mustPAN(t, "4111111111111111")
	for name, block := range map[string]string{
		"control": "141225EEEEEEEEEE", "length 3": "03122EEEEEEEEEEE", "length 14": "0E12254769810325",
		"digit": "04F225EEEEEEEEEE", "fill": "041225EEEEE4EEEE", "everything": "FFFFFFFFFFFFFFFF",
	} {
		_, err := pinblock.Open(t.Context(), key, pinblock.ISO0, mustHex(t, block), pan)
		require.Equal(t, pinblock.ErrBlock, err, name)
	}
	_, err := pinblock.Open(t.Context(), key, pinblock.ISO0, mustHex(t, "041225EEEEEEEE"), pan)
	require.ErrorIs(t, err, pinblock.ErrBlockSize)
	_, err = pinblock.Open(t.Context(), key, pinblock.ISO0, nil, pan)
	require.ErrorIs(t, err, pinblock.ErrBlockSize)
}

func TestISO4BindsTheWholePAN(t *testing.T) {
	t.Parallel()
	key := aesKey(t, aes1)
	block := mustHex(t, "70487881E82D3F1EF3A87678147EDAA7") // PIN 1234, PAN 4111111111111111
	pin, err := pinblock.Open(t.Context(), key, pinblock.ISO4, block, mustPAN(t, "4111111111111111"))
	require.NoError(t, err)
	require.True(t, pin.Equal(mustPIN(t, "1234")))
	pan := []byte("4111111111111111")
	for i := range pan {
		for d := byte('0'); d <= '9'; d++ {
			other := bytes.Clone(pan)
			if other[i] = d; bytes.Equal(other, pan) {
				continue
			}
			_, err := pinblock.Open(t.Context(), key, pinblock.ISO4, block, mustPAN(t, string(other)))
			require.Equal(t, pinblock.ErrBlock, err)
		}
	}
	for _, other := range []string{"411111111111111", "41111111111111110", "04111111111111111"} {
		_, err := pinblock.Open(t.Context(), key, pinblock.ISO4, block, mustPAN(t, other))
		require.Equal(t, pinblock.ErrBlock, err)
	}
}

func TestISO4Rightmost12(t *testing.T) {
	t.Parallel()
	key := aesKey(t, aes1)
	pin, pan := mustPIN(t, "1234"), mustPAN(t, "4111111111111111")
	block, err := pinblock.Seal(t.Context(), nil, key, pinblock.ISO4.WithRightmost12(), pin, pan)
	require.NoError(t, err)
	// The same block as for the cut account number under the standard's reading.
	got, err := pinblock.Open(t.Context(), key, pinblock.ISO4, block, mustPAN(t, "111111111111"))
	require.NoError(t, err)
	require.True(t, got.Equal(pin))
	_, err = pinblock.Open(t.Context(), key, pinblock.ISO4, block, pan)
	require.Equal(t, pinblock.ErrBlock, err)
}

func TestSealAppends(t *testing.T) {
	t.Parallel()
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		prefix := []byte("prefix")
		out, err := pinblock.Seal(t.Context(), bytes.Clone(prefix), keyFor(t, f), f, mustPIN(t, "1234"), mustPAN(t, "4111111111111111"))
		require.NoError(t, err)
		require.Equal(t, prefix, out[:6])
		require.Len(t, out, 6+f.BlockSize())
	}
}

func TestSealLeavesNoClearBlockBehind(t *testing.T) {
	t.Parallel()
	pin, pan := mustPIN(t, "1234"), mustPAN(t, "4111111111111111")
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		for calls := range f.BlockSize() / 8 {
			buf := make([]byte, 32)
			inner := tdes(t, zpk1)
			if f == pinblock.ISO4 {
				inner = aesKey(t, aes1)
			}
			_, err := pinblock.Seal(t.Context(), buf[:0], broken{inner, &calls}, f, pin, pan)
			require.Equal(t, errBroken, err)
			require.Equal(t, make([]byte, 32), buf, "what was in the buffer is wiped")
		}
	}
}

func TestRandomFillDiffers(t *testing.T) {
	t.Parallel()
	for _, f := range []pinblock.Format{pinblock.ISO1, pinblock.ISO3, pinblock.ISO4, pinblock.ECI2, pinblock.ECI3, pinblock.Docutel, pinblock.AS2805} {
		seen := map[string]bool{}
		for range 50 {
			block, err := pinblock.Seal(t.Context(), nil, identity(f.BlockSize()), f, mustPIN(t, "1234"), mustPAN(t, "4111111111111111"))
			require.NoError(t, err)
			seen[string(block)] = true
		}
		require.Greater(t, len(seen), 45, "%v repeats its fill", f)
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "4111111111111111")
	from := pinblock.Source{Key: tdes(t, zpk1), Format: pinblock.ISO0}
	out, err := pinblock.Translate(t.Context(), nil, mustHex(t, "AE5F5FAADA187925"), pan, from, pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.ISO0})
	require.NoError(t, err)
	require.Equal(t, mustHex(t, "FDEF2B14AFA96BD9"), out)

	// A PIN that does not fit is not cut, and its length is not told.
	seven, err := pinblock.Seal(t.Context(), nil, tdes(t, zpk1), pinblock.ISO0, mustPIN(t, "1234567"), pan)
	require.NoError(t, err)
	_, err = pinblock.Translate(t.Context(), nil, seven, pan, from, pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.ECI3})
	require.Equal(t, pinblock.ErrBlock, err)
	// Nor is it told that its digits contain the pad digit.
	_, err = pinblock.Translate(t.Context(), nil, seven, pan, from, pinblock.Target{Key: tdes(t, zpk2), Format: pinblock.OEM1.WithPad(7)})
	require.Equal(t, pinblock.ErrBlock, err)
}

// keeper is a key that remembers where it was asked to put a clear block.
type keeper struct {
	block
	dst *[]byte
}

func (k keeper) Decrypt(ctx context.Context, dst, src []byte) error {
	*k.dst = dst
	return k.block.Decrypt(ctx, dst, src)
}

func TestOpenWipesTheClearBlock(t *testing.T) { // not parallel: the memory is another's afterwards
	for _, f := range []pinblock.Format{pinblock.ISO0, pinblock.ISO4} {
		inner := tdes(t, zpk1)
		if f == pinblock.ISO4 {
			inner = aesKey(t, aes1)
		}
		pan := mustPAN(t, "4111111111111111")
		sealed, err := pinblock.Seal(t.Context(), nil, inner, f, mustPIN(t, "1234"), pan)
		require.NoError(t, err)
		var kept []byte
		_, err = pinblock.Open(t.Context(), keeper{inner, &kept}, f, sealed, pan)
		require.NoError(t, err)
		require.Equal(t, make([]byte, f.BlockSize()), kept)
	}
}
