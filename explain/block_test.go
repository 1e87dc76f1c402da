package explain_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func labPIN(t testing.TB, digits string) pinblock.PIN {
	t.Helper()
	pin, err := clear.PIN(digits)
	require.NoError(t, err)
	return pin
}

func labPAN(t testing.TB) pinblock.PAN {
	t.Helper()
	pan, err := pinblock.ParsePAN("5432101234567891")
	require.NoError(t, err)
	return pan
}

// labLeg is a format, with a key and a card for it.
func labLeg(t testing.TB, f pinblock.Format) explain.Leg {
	t.Helper()
	text, a := "0123456789ABCDEFFEDCBA9876543210", keys.TDES2
	if f.BlockSize() == 16 {
		a = keys.AES128
	}
	key, err := cleartext.Parse(a, keys.UsagePIN, text)
	require.NoError(t, err)
	return explain.Leg{Key: key, Format: f, Options: &clear.Options{UDKA: "1122334455667788", OldPIN: labPIN(t, "98765")}}
}

// blockFormats are all formats, with settings that change what the nibbles are.
func blockFormats() []pinblock.Format {
	return append(pinblock.Formats(), pinblock.ISO4.WithRightmost12(), pinblock.VISA2.WithPad(7), pinblock.VISA3.WithPad(3), pinblock.OEM1.WithPad(0xb),
		pinblock.IBM3621.WithSequence(0x1a2b), pinblock.IBM3624.WithPad(0xe), pinblock.IBM3624.WithPad(0).WithPINLength(5), pinblock.IBM4704.WithSequence(0xc4))
}

// wrongNibbles are the texts of the nibbles that are marked in the PIN field when it
// is read.
func wrongNibbles(x explain.Explanation) (texts []string) {
	for _, s := range x.Steps {
		if !strings.HasSuffix(strings.ToLower(s.Title), "read the pin field") {
			continue
		}
		for _, p := range s.Rows[0].Parts {
			if p.Kind == explain.Wrong {
				texts = append(texts, p.Text+": "+p.Note)
			}
		}
	}
	return texts
}

// requireWhole: rows of hex are as long as the block, and what is combined is what the
// two rows above give.
func requireWhole(t *testing.T, x explain.Explanation, size int) {
	t.Helper()
	for _, s := range x.Steps {
		for i, r := range s.Rows {
			if r.Unit != explain.Hex {
				continue
			}
			require.Len(t, r.Value(), 2*size, "%s: %s", s.Title, r.Name)
			if r.Op != explain.XOR {
				continue
			}
			above, mask := s.Rows[i-2].Value(), s.Rows[i-1].Value()
			for j := range above {
				require.Equal(t, hexDigit(t, above[j])^hexDigit(t, mask[j]), hexDigit(t, r.Value()[j]), "%s: %s", s.Title, r.Name)
			}
		}
	}
}

func hexDigit(t *testing.T, c byte) int {
	t.Helper()
	i := strings.IndexByte("0123456789ABCDEF", c)
	require.GreaterOrEqual(t, i, 0)
	return i
}

// randomPIN is a PIN that the format holds, without its pad digit.
func randomPIN(r *rand.Rand, f pinblock.Format) string {
	shortest, longest := f.PINLengths()
	n := shortest + r.IntN(longest-shortest+1)
	return strings.Map(func(rune) rune { return '0' + rune(r.IntN(10)) }, strings.Repeat("0", n))
}

// TestBlocksAreTheLibrarys explains random PINs and PANs in every format: each answer
// is what the library makes of the same fill, and reads back.
func TestBlocksAreTheLibrarys(t *testing.T) {
	t.Parallel()
	for _, f := range blockFormats() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2, uint64(f)))
			for range 25 {
				l, digits := labLeg(t, f), randomPIN(r, f)
				pan, err := pinblock.ParsePAN(fmt.Sprint(1_000_000_000_000 + r.Int64N(1_000_000_000_000_000_000)))
				require.NoError(t, err)
				pin := labPIN(t, digits)

				x, err := explain.Encode(f, pin, pan, l.Options)
				require.NoError(t, err)
				requireSound(t, x)
				sealed, err := explain.Seal(t.Context(), l.Key, f, pin, pan, l.Options)
				require.NoError(t, err)
				requireSound(t, sealed)
				l.Options.Fill = answerOf(x, "fill")
				block, err := clear.Encode(nil, f, pin, pan, l.Options)
				require.NoError(t, err)
				require.Equal(t, strings.ToUpper(hexText(block)), x.Answer[0].Value)
				l.Options.Fill = answerOf(sealed, "fill")
				cryptogram, err := clear.Seal(t.Context(), nil, l.Key, f, pin, pan, l.Options)
				require.NoError(t, err)
				require.Equal(t, strings.ToUpper(hexText(cryptogram)), answerOf(sealed, "block"))

				if length := f.WithPINLength(5); f == length && len(digits) != 5 {
					continue // a block of another length than the format is told
				}
				if _, err := clear.Decode(f, block, pan, l.Options); err != nil {
					// a PIN that fills the block has no end, and AS 2805 has no PINs of 1 to 3 digits
					require.Contains(t, []pinblock.Format{pinblock.IBM3621, pinblock.IBM3624, pinblock.AS2805}, f.Base())
					continue
				}
				decoded, err := explain.Decode(f, block, pan, l.Options)
				require.NoError(t, err)
				opened, err := explain.Open(t.Context(), l.Key, f, cryptogram, pan, l.Options)
				require.NoError(t, err)
				for _, x := range []explain.Explanation{decoded, opened} {
					requireSound(t, x)
					require.Equal(t, digits, answerOf(x, "PIN"))
					require.Empty(t, wrongNibbles(x))
				}
				for _, x := range []explain.Explanation{x, sealed, decoded, opened} {
					requireWhole(t, x, f.BlockSize())
				}
			}
		})
	}
}

// TestBlockPartsSay reads the PIN field of each shape.
func TestBlockPartsSay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"iso-0":                       "0 control, 4 length, 1234 pin, FFFFFFFFFF fill",
		"iso-1":                       "1 control, 4 length, 1234 pin, ABCDEFABCD random",
		"iso-3":                       "3 control, 4 length, 1234 pin, ABCDEFABCD random",
		"iso-4":                       "4 control, 4 length, 1234 pin, AAAAAAAAAA fill, ABCDEFABCDEFABCD random",
		"visa-2:pad=7":                "4 length, 1234 pin, 00 fill, 777777777 fill",
		"visa-3:pad=3":                "1234 pin, F fill, 33333333333 fill",
		"eci-2":                       "1234 pin, ABCDEFABCDEF random",
		"eci-3":                       "4 length, 1234 pin, 00 fill, ABCDEFABC random",
		"oem-1:pad=b":                 "1234 pin, BBBBBBBBBBBB fill",
		"ibm-3621:seq=1a2b":           "1A2B sequence, 1234 pin, FFFFFFFF fill",
		"ibm-3624:pad=0,pin-length=4": "1234 pin, 000000000000 fill",
		"ibm-4704-epp:seq=c4":         "4 length, 1234 pin, FFFFFFFFF fill, C4 sequence",
		"as2805-8":                    "0 control, 4 length, 1234 pin, ABCDEFAB random, FF fill",
	} {
		f, err := pinblock.ParseFormat(text)
		require.NoError(t, err, text)
		x, err := explain.Encode(f, labPIN(t, "1234"), labPAN(t), &clear.Options{Fill: "ABCDEFABCDEFABCD"})
		require.NoError(t, err, text)
		var parts []string
		for _, p := range x.Steps[0].Rows[0].Parts {
			require.NotEmpty(t, p.Note, text)
			parts = append(parts, p.Text+" "+string(p.Kind))
		}
		require.Equal(t, want, strings.Join(parts, ", "), text)
	}
}
