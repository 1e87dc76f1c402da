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
	"github.com/pinion-hsm/pinion/pinverify"
)

func testPIN(t testing.TB, text string) pinblock.PIN {
	t.Helper()
	pin, err := clear.PIN(text)
	require.NoError(t, err)
	return pin
}

func testPAN(t testing.TB, text string) pinblock.PAN {
	t.Helper()
	pan, err := pinblock.ParsePAN(text)
	require.NoError(t, err)
	return pan
}

func drawDigits(draw *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(draw.IntN(10))
	}
	return string(b)
}

func drawKey(t testing.TB, draw *rand.Rand, u keys.Usage) keys.Key {
	t.Helper()
	raw := make([]byte, 16+8*draw.IntN(2))
	for i := range raw {
		raw[i] = byte(draw.Uint32())
	}
	key, err := cleartext.ParseTDES(fmt.Sprintf("%x", raw), u)
	require.NoError(t, err)
	return key
}

// Random accounts, and for each the rows of which the answer is read.
func TestPVVIsTheLibrarys(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		key, m := drawKey(t, draw, keys.UsageVisaPVV), pinverify.VisaPVV{Index: draw.IntN(7), AllowIndex0: true}
		digits, number := drawDigits(draw, 4+draw.IntN(9)), drawDigits(draw, 12+draw.IntN(8))
		pin, pan := testPIN(t, digits), testPAN(t, number)
		want, err := m.Reference(t.Context(), key, pin, pan)
		require.NoError(t, err)

		x, err := explain.PVV(t.Context(), key, m, pin, pan)
		require.NoError(t, err)
		requireSound(t, x)
		require.Empty(t, wrongs(x))
		require.Equal(t, string(want), answerOf(x, "PVV"))
		require.Equal(t, number, rowOf(t, x, "PAN").Value())
		require.Equal(t, digits, rowOf(t, x, "PIN").Value())
		tsp := number[len(number)-12:len(number)-1] + fmt.Sprint(m.Index) + digits[:4]
		require.Equal(t, tsp, rowOf(t, x, "security parameter").Value())

		x, err = explain.Verify(t.Context(), key, m, pin, pan, want)
		require.NoError(t, err)
		requireSound(t, x)
		require.Empty(t, wrongs(x))
		require.Equal(t, "right PIN", answerOf(x, "answer"))

		want[draw.IntN(4)] ^= 1 // another decimal digit
		x, err = explain.Verify(t.Context(), key, m, pin, pan, want)
		require.ErrorIs(t, err, pinverify.ErrWrongPIN)
		requireSound(t, x)
		require.Len(t, wrongs(x), 1)
		require.Equal(t, "wrong PIN", answerOf(x, "answer"))
	}
}

func TestIBM3624IsTheLibrarys(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		key := drawKey(t, draw, keys.UsageIBM3624)
		digits, number := drawDigits(draw, 4+draw.IntN(13)), drawDigits(draw, 12+draw.IntN(8))
		m, table := drawIBM3624(t, draw, len(number))
		if m.CheckLength != pinverify.WholePIN {
			m.CheckLength = 4 + draw.IntN(len(digits)-3)
		}
		pin, pan := testPIN(t, digits), testPAN(t, number)
		want, err := m.Reference(t.Context(), key, pin, pan)
		require.NoError(t, err)

		x, err := explain.Offset(t.Context(), key, m, pin, pan)
		require.NoError(t, err)
		requireSound(t, x)
		require.Empty(t, wrongs(x))
		require.Equal(t, string(want), answerOf(x, "offset"))
		require.Len(t, rowOf(t, x, "offset").Value(), len(digits), "the rows line up")
		require.Len(t, rowOf(t, x, "natural PIN").Value(), len(digits), "the rows line up")

		x, err = explain.Verify(t.Context(), key, m, pin, pan, want)
		require.NoError(t, err)
		requireSound(t, x)
		require.Empty(t, wrongs(x))
		account := rowOf(t, x, "PIN of the account").Value()
		require.Len(t, account, len(digits), "the rows line up")
		require.Equal(t, digits[len(digits)-len(want):], strings.TrimLeft(account, "."))

		n := 4 + draw.IntN(13)
		natural, err := m.Natural(t.Context(), key, pan, n)
		require.NoError(t, err)
		x, err = explain.NaturalPIN(t.Context(), key, m, pan, n)
		require.NoError(t, err)
		requireSound(t, x)
		require.Equal(t, clear.Digits(natural), answerOf(x, "natural PIN"))
		require.Equal(t, table, rowOf(t, x, "digit").Value())
		requireDecimalized(t, x, table, n)
		if offset, length, _, cut := m.Validation.Cut(); cut {
			require.Equal(t, number, rowOf(t, x, "PAN").Value())
			require.Contains(t, rowOf(t, x, "PAN").Parts, explain.Part{Text: number[offset : offset+length], Kind: explain.PAN, Note: fmt.Sprintf("digits %d to %d", offset+1, offset+length)})
		}
	}
}

// drawIBM3624 draws a table, and validation data of a PAN of n digits or fixed.
func drawIBM3624(t testing.TB, draw *rand.Rand, n int) (m pinverify.IBM3624, digits string) {
	t.Helper()
	table := []byte("0123456789012345")
	draw.Shuffle(len(table), func(i, j int) { table[i], table[j] = table[j], table[i] })
	var err error
	m.Table, err = pinverify.ParseTable(table)
	require.NoError(t, err)
	length := 1 + draw.IntN(min(n, 16))
	m.Validation = pinverify.ValidationFromPAN(draw.IntN(n-length+1), length, byte(draw.IntN(16)))
	if draw.IntN(4) == 0 {
		m.Validation, err = pinverify.FixedValidation(fmt.Sprintf("%016X", draw.Uint64()))
		require.NoError(t, err)
	}
	m.CheckLength = draw.IntN(2) // not WholePIN: the caller knows how long PINs are
	return m, string(table)
}

// requireDecimalized reads the table again off the rows of a decimalization.
func requireDecimalized(t *testing.T, x explain.Explanation, table string, n int) {
	t.Helper()
	cryptogram := rowOf(t, x, "cryptogram").Value()
	for i, p := range rowOf(t, x, "decimalized").Parts {
		nibble := cryptogram[i : i+1]
		require.Equal(t, table[strings.Index("0123456789ABCDEF", nibble)], p.Text[0])
		switch {
		case i >= n:
			require.Equal(t, explain.Skipped, p.Kind)
		case nibble != p.Text:
			require.Equal(t, nibble+" becomes "+p.Text, p.Note)
			fallthrough
		default:
			require.Equal(t, explain.Taken, p.Kind)
		}
	}
}

func TestPVVParts(t *testing.T) {
	t.Parallel()
	key, pan := testPVK(t, keys.UsageVisaPVV), testPAN(t, "5432101234567891")
	x, err := explain.PVV(t.Context(), key, pinverify.VisaPVV{Index: 6}, testPIN(t, "1234"), pan)
	require.NoError(t, err)
	require.Equal(t, []explain.Part{
		{Text: "10123456789", Kind: explain.PAN, Note: "PAN, 11 digits"},
		{Text: "6", Kind: explain.Index, Note: "PVKI"},
		{Text: "1234", Kind: explain.PIN, Note: "PIN, 4 digits"},
	}, rowOf(t, x, "security parameter").Parts)
	require.Equal(t, []explain.Part{
		{Text: "5432", Kind: explain.Skipped, Note: "not used"},
		{Text: "10123456789", Kind: explain.PAN, Note: "11 rightmost digits without the check digit"},
		{Text: "1", Kind: explain.Check, Note: "check digit, not used"},
	}, rowOf(t, x, "PAN").Parts)
	require.Len(t, x.Notes, 1)

	x, err = explain.PVV(t.Context(), key, pinverify.VisaPVV{AllowIndex0: true}, testPIN(t, "12345"), pan)
	require.NoError(t, err)
	require.Len(t, x.Notes, 3, "a longer PIN, and index 0, have a note each")
	require.Equal(t, explain.Part{Text: "5", Kind: explain.Skipped, Note: "not used: a PVV does not verify them"}, rowOf(t, x, "PIN").Parts[1])
}
