package explain_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// TestWrongNibbles: what is marked in a bad block, and what had to be there.
func TestWrongNibbles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, block, reasons, marked string }{
		{"iso-2", "141234FFFFFFFFFF", "control-nibble", "1: control nibble must be 2"},
		{"iso-2", "231234FFFFFFFFFF", "pin-length fill", "3: PIN length must be 4 to C, 4: fill must be F"},
		{"iso-2", "2412A4FFFF0FFFFF", "pin-digits fill", "A: PIN must be 0 to 9, 0: fill must be F"},
		{"iso-2", "2E1234FFFFFFFFFF", "pin-length pin-digits", "E: PIN length must be 4 to C, FFFFFFFFFF: PIN must be 0 to 9"},
		{"iso-3", "341215AAEEAA3D35", "fill", "5: random must be A to F"},
		{"visa-2", "4123401777777777", "zero-fill", "1: fill must be 0"},
		{"visa-2", "41234007777777A7", "fill", "A: fill must be 7"},
		{"visa-3", "123456A000000000", "pin-digits", "A: fill must be F"},
		{"visa-3", "1234567890123F00", "pin-length", "3: fill must be F, F: fill must be 0"},
		{"oem-1", "12FFFFFFFFFFFFFF", "pin-length", "FF: PIN must be 0 to 9"},
		{"oem-1", "1245555555555555", "pin-length", "5: PIN must be 0 to 4, 6 to 9"},
		{"oem-1", "1254355555555555", "pad-in-pin", "5: PIN must be 0 to 4, 6 to 9"},
		{"ibm-3624", "1234567890123456", "ambiguous", "6: fill must be A to F"},
		{"ibm-3624:pin-length=4", "1234AAAAAA5AAAAA", "fill", "5: fill must be A"},
		{"ibm-4704-epp", "41234FFFFFFF0F00", "fill", "0: fill must be F"},
		{"as2805-8", "021234ABCDEFABFF", "pin-length", "2: PIN length must be 0, 4 to C"},
		{"iso-4", "451234AAAAAAAAAA0123456789ABCDEF", "pin-digits", "A: PIN must be 0 to 9"},
	} {
		f, err := pinblock.ParseFormat(c.format)
		require.NoError(t, err)
		x, err := explain.Decode(f, unhex(t, c.block), labPAN(t), nil)
		requireSound(t, x)
		var why *clear.Error
		require.ErrorAs(t, err, &why, c.block)
		require.Equal(t, c.reasons, strings.Join(why.Reasons(), " "), c.block)
		require.Equal(t, c.marked, strings.Join(wrongNibbles(x), ", "), c.block)
		require.Empty(t, x.Answer)
		requireMarked(t, x, err, why.Reasons()[0])
	}
}

// TestNoiseIsMarked: a block is wrong if and only if a nibble is marked.
func TestNoiseIsMarked(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	for _, f := range blockFormats() {
		l, bad := labLeg(t, f), 0
		for range 80 {
			block := make([]byte, f.BlockSize())
			for i := range block {
				block[i] = byte(r.Uint32())
			}
			decoded, err := explain.Decode(f, block, labPAN(t), l.Options)
			opened, failed := explain.Open(t.Context(), l.Key, f, block, labPAN(t), l.Options)
			for _, c := range []struct {
				x   explain.Explanation
				err error
			}{{decoded, err}, {opened, failed}} {
				requireWhole(t, c.x, f.BlockSize())
				require.Equal(t, c.err != nil, len(wrongNibbles(c.x)) > 0, "%X", block)
				require.Equal(t, c.err == nil, len(c.x.Answer) > 0)
				if c.err != nil {
					requireMarked(t, c.x, c.err, c.err.(*clear.Error).Reasons()[0])
					bad++
				}
			}
		}
		require.Positive(t, bad, f)
	}
}

// TestWhereToLook: another PAN and another key leave different traces.
func TestWhereToLook(t *testing.T) {
	t.Parallel()
	l := labLeg(t, pinblock.ISO0)
	other, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	block, err := clear.Seal(t.Context(), nil, l.Key, l.Format, labPIN(t, "1234"), labPAN(t), nil)
	require.NoError(t, err)
	x, err := explain.Open(t.Context(), l.Key, l.Format, block, other, nil)
	require.ErrorIs(t, err, pinblock.ErrBlock)
	require.Len(t, x.Notes, 1)
	require.Contains(t, x.Notes[0], "the block is of another PAN")

	x, err = explain.Open(t.Context(), l.Key, pinblock.ISO3, block, labPAN(t), nil)
	require.ErrorIs(t, err, pinblock.ErrBlock)
	require.Len(t, x.Notes, 1)
	require.Contains(t, x.Notes[0], "the key is another, or the block is of another format")

	l = labLeg(t, pinblock.ISO4)
	block, err = clear.Seal(t.Context(), nil, l.Key, l.Format, labPIN(t, "1234"), labPAN(t), &clear.Options{Fill: "0123456789ABCDEF"})
	require.NoError(t, err)
	x, err = explain.Open(t.Context(), l.Key, l.Format, block, other, nil)
	require.ErrorIs(t, err, pinblock.ErrBlock)
	require.Contains(t, strings.Join(x.Notes, " "), "the key or the PAN is another")
}

// TestBlockInputsRefused: what the library does not take has no steps.
func TestBlockInputsRefused(t *testing.T) {
	t.Parallel()
	pin, pan := labPIN(t, "1234"), labPAN(t)
	iso0, iso4, visa := labLeg(t, pinblock.ISO0), labLeg(t, pinblock.ISO4), labLeg(t, pinblock.VISA41)
	block := make([]byte, 8)
	gone, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		explain func() (explain.Explanation, error)
		want    error
	}{
		"format": {func() (explain.Explanation, error) { return explain.Encode(0, pin, pan, nil) }, pinblock.ErrFormat},
		"pad":    {func() (explain.Explanation, error) { return explain.Encode(pinblock.ISO0.WithPad(1), pin, pan, nil) }, pinblock.ErrPad},
		"pin":    {func() (explain.Explanation, error) { return explain.Encode(pinblock.ISO0, pinblock.PIN{}, pan, nil) }, pinblock.ErrPIN},
		"pin length": {func() (explain.Explanation, error) {
			return explain.Encode(pinblock.ECI2, labPIN(t, "12345"), pan, nil)
		}, pinblock.ErrPINLength},
		"no pan": {func() (explain.Explanation, error) { return explain.Encode(pinblock.ISO4, pin, pinblock.PAN{}, nil) }, pinblock.ErrPANLength},
		"fill": {func() (explain.Explanation, error) {
			return explain.Encode(pinblock.ISO3, pin, pan, &clear.Options{Fill: "0"})
		}, pinblock.ErrFill},
		"card key": {func() (explain.Explanation, error) { return explain.Encode(pinblock.VISA41, pin, pan, nil) }, pinblock.ErrCardKey},
		"old pin": {func() (explain.Explanation, error) {
			return explain.Encode(pinblock.VISA42, pin, pan, &clear.Options{UDKA: visa.Options.UDKA})
		}, pinblock.ErrPIN},
		"short block": {func() (explain.Explanation, error) { return explain.Decode(pinblock.ISO0, block[:7], pan, nil) }, pinblock.ErrBlockSize},
		"no block": {func() (explain.Explanation, error) {
			return explain.Open(t.Context(), iso0.Key, pinblock.ISO0, nil, pan, nil)
		}, pinblock.ErrBlockSize},
		"no key": {func() (explain.Explanation, error) {
			return explain.Seal(t.Context(), keys.Key{}, pinblock.ISO0, pin, pan, nil)
		}, pinblock.ErrKeySize},
		"wrong key": {func() (explain.Explanation, error) {
			return explain.Open(t.Context(), iso4.Key, pinblock.ISO0, block, pan, nil)
		}, pinblock.ErrKeySize},
		"done context": {func() (explain.Explanation, error) { return explain.Seal(gone, iso4.Key, pinblock.ISO4, pin, pan, nil) }, context.Canceled},
	} {
		x, err := c.explain()
		require.ErrorIs(t, err, c.want, name)
		require.NotEmpty(t, x.Title, name)
		require.Empty(t, x.Steps, name)
		require.Empty(t, x.Answer, name)
	}
}

// TestTranslateRefused: of which block an error is.
func TestTranslateRefused(t *testing.T) {
	t.Parallel()
	pan := labPAN(t)
	from, to := labLeg(t, pinblock.ISO0), labLeg(t, pinblock.ECI2)
	block, err := clear.Seal(t.Context(), nil, from.Key, from.Format, labPIN(t, "12345"), pan, nil)
	require.NoError(t, err)
	var target *explain.TargetError

	x, err := explain.Translate(t.Context(), block, pan, from, to)
	require.ErrorAs(t, err, &target)
	require.ErrorIs(t, err, pinblock.ErrPINLength)
	require.Equal(t, "Ask whether it is allowed", x.Steps[0].Title)
	require.Equal(t, "12345", rowOf(t, x, "PIN").Value())

	to.Format, to.Key = pinblock.ISO0, labLeg(t, pinblock.ISO4).Key
	_, err = explain.Translate(t.Context(), block, pan, from, to)
	require.ErrorAs(t, err, &target)
	require.ErrorIs(t, err, pinblock.ErrKeySize)

	to.Format = 0
	x, err = explain.Translate(t.Context(), block, pan, from, to)
	require.ErrorIs(t, err, pinblock.ErrFormat)
	require.Equal(t, "Incoming block: decipher the block", x.Steps[0].Title)

	from.Format = pinblock.ISO3
	x, err = explain.Translate(t.Context(), block, pan, from, labLeg(t, pinblock.ISO4))
	require.ErrorIs(t, err, pinblock.ErrBlock)
	require.False(t, errors.As(err, &target))
	require.NotEmpty(t, wrongNibbles(x))
	require.Empty(t, x.Answer)
	require.NotEmpty(t, x.Notes)
}
