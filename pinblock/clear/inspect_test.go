package clear_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// settled are all formats, with the settings that make a difference to what is read.
func settled() []pinblock.Format {
	all := append(pinblock.Formats(), pinblock.ISO4.WithRightmost12(), pinblock.VISA2.WithPad(7), pinblock.IBM3621.WithSequence(0x1a2b))
	for _, f := range pinblock.Formats() {
		for pad := range byte(16) {
			for _, g := range []pinblock.Format{f.WithPad(pad), f.WithPad(pad).WithExtraction(pinblock.PadDigit), f.WithPad(pad).WithPINLength(5)} {
				if g.Valid() {
					all = append(all, g)
				}
			}
		}
		for e := pinblock.PadDigit; e <= pinblock.PINBlock; e++ {
			if g := f.WithExtraction(e); g.Valid() {
				all = append(all, g)
			}
		}
	}
	return all
}

// damaged is a random block: one of the format with up to three wrong nibbles, one with
// a run of one digit at its end, or nothing but noise.
func damaged(r *rand.Rand, f pinblock.Format, pan pinblock.PAN, o *clear.Options) []byte {
	shortest, longest := f.PINLengths()
	digits := strings.Map(func(rune) rune { return '0' + rune(r.IntN(10)) }, strings.Repeat("0", shortest+r.IntN(longest-shortest+1)))
	pin, _ := clear.PIN(digits)
	b, err := clear.Encode(nil, f, pin, pan, o)
	if err != nil || r.IntN(8) == 0 { // a PIN with its pad digit, for one
		b = make([]byte, f.BlockSize())
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
	set := func(i int, v byte) { b[i/2] = b[i/2]&(0xf0>>(4*(1-i%2))) | v<<(4*(1-i%2)) }
	for range r.IntN(4) {
		set(r.IntN(2*len(b)), byte(r.IntN(16)))
	}
	if from, v := r.IntN(17), byte(r.IntN(16)); r.IntN(3) == 0 {
		for i := from; i < 16; i++ {
			set(i, v)
		}
	}
	return b
}

// TestInspectAgreesWithDecode holds the two descriptions of every format together: a
// block decodes if and only if each of its nibbles may stand where it stands.
func TestInspectAgreesWithDecode(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "5432101234567891")
	o := &clear.Options{UDKA: "1122334455667788", OldPIN: mustPIN(t, "98765")}
	for _, f := range settled() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(f)))
			good, bad := 0, 0
			for range 800 {
				block := damaged(r, f, pan, o)
				pin, err := clear.Decode(f, block, pan, o)
				a, failed := clear.Inspect(f, block, pan, o)
				require.NoError(t, failed)
				allowed, digits := judged(a)
				if allowed != (err == nil) {
					require.Fail(t, "the two disagree", "%X: %v %v", block, err, a.Nibbles)
				}
				if err != nil {
					bad++
					continue
				}
				good++
				require.Equal(t, clear.Digits(pin), digits, "%X", block)
			}
			require.Positive(t, good)
			require.Positive(t, bad)
		})
	}
}

// judged reports whether all nibbles may be what they are, and the digits of the PIN.
func judged(a clear.Anatomy) (allowed bool, digits string) {
	allowed = len(a.Nibbles) == 2*len(a.Field)
	for i, n := range a.Nibbles {
		v := a.Field[i/2] >> (4 * (1 - i%2)) & 0xf
		allowed = allowed && n.Role != 0 && n.Allowed>>v&1 != 0
		if n.Role == pinblock.RolePIN {
			digits += string(rune('0' + v))
		}
	}
	return allowed, digits
}

// TestFaultsAreReasons: a text for each reason, in the same order.
func TestFaultsAreReasons(t *testing.T) {
	t.Parallel()
	_, err := clear.Decode(pinblock.ISO2, mustHex(t, "1412A4FFFF0FFFFF"), pinblock.PAN{}, nil)
	var why *clear.Error
	require.ErrorAs(t, err, &why)
	require.Equal(t, []string{"control-nibble", "pin-digits", "fill"}, why.Reasons())
	require.Equal(t, []string{"the first nibble is not the control nibble of the format", "a PIN nibble is not a decimal digit",
		"a fill nibble is not one the format allows"}, why.Faults())
	require.Equal(t, "pinblock/clear: "+strings.Join(why.Faults(), "; "), why.Error())
}

// TestInspectParts: what the field is combined with, and that both give the block.
func TestInspectParts(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "5432101234567891")
	o := &clear.Options{UDKA: "1122334455667788", OldPIN: mustPIN(t, "98765")}
	for f, mask := range map[pinblock.Format]string{
		pinblock.ISO0: "0000210123456789", pinblock.VISA4: "0000543210123456", pinblock.ISO2: "0000000000000000",
		pinblock.VISA41: "0000000055667788", pinblock.VISA42: "9876500055667788",
	} {
		block, err := clear.Encode(nil, f, mustPIN(t, "1234"), pan, o)
		require.NoError(t, err)
		a, err := clear.Inspect(f, block, pan, o)
		require.NoError(t, err)
		require.Equal(t, mustHex(t, mask), a.Mask)
		for i := range block {
			require.Equal(t, block[i], a.Field[i]^a.Mask[i])
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	t.Parallel()
	block, pan := make([]byte, 8), mustPAN(t, "5432101234567891")
	_, err := clear.Inspect(pinblock.Format(99), block, pan, nil)
	require.ErrorIs(t, err, pinblock.ErrFormat)
	for _, n := range []int{0, 7, 16} {
		_, err = clear.Inspect(pinblock.ISO0, make([]byte, n), pan, nil)
		require.ErrorIs(t, err, pinblock.ErrBlockSize)
	}
	_, err = clear.Inspect(pinblock.ISO0, block, pinblock.PAN{}, nil)
	require.ErrorIs(t, err, pinblock.ErrPANLength)
	_, err = clear.Inspect(pinblock.VISA41, block, pan, nil)
	require.ErrorIs(t, err, pinblock.ErrCardKey)
	_, err = clear.Inspect(pinblock.VISA41, block, pan, &clear.Options{UDKA: "xx"})
	require.Error(t, err)
	require.False(t, errors.Is(err, pinblock.ErrBlock))
}
