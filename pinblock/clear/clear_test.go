package clear_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func mustPIN(t testing.TB, s string) pinblock.PIN {
	t.Helper()
	p, err := clear.PIN(s)
	require.NoError(t, err)
	return p
}

func mustPAN(t testing.TB, s string) pinblock.PAN {
	t.Helper()
	if s == "" {
		return pinblock.PAN{}
	}
	p, err := pinblock.ParsePAN(s)
	require.NoError(t, err)
	return p
}

func mustHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func decode(t *testing.T, f pinblock.Format, block, pan string) (string, error) {
	t.Helper()
	pin, err := clear.Decode(f, mustHex(t, block), mustPAN(t, pan), nil)
	return clear.Digits(pin), err
}

func TestDoor(t *testing.T) {
	t.Parallel()
	for n := range 17 {
		digits := "9081726354091827"[:n]
		require.Equal(t, digits, clear.Digits(mustPIN(t, digits)))
		require.Equal(t, n, mustPIN(t, digits).Len())
	}
	for n := 1; n <= 19; n++ {
		digits := "9081726354091827364"[:n]
		require.Equal(t, digits, clear.PANDigits(mustPAN(t, digits)))
	}
	for _, bad := range []string{"12345678901234567", "12a4", "١٢٣٤", " 1234"} {
		_, err := clear.PIN(bad)
		require.ErrorIs(t, err, clear.ErrPIN)
	}
	require.Empty(t, clear.Digits(pinblock.PIN{}))
	require.Empty(t, clear.PANDigits(pinblock.PAN{}))
}

// TestReasons has a block for every fault of every shape of field.
func TestReasons(t *testing.T) {
	t.Parallel()
	const pan = "4111111111111111"
	for _, c := range []struct {
		format     pinblock.Format
		block, pan string
		reasons    string
	}{
		{format: pinblock.ISO0, block: "141225EEEEEEEEEE", pan: pan, reasons: "control-nibble"},
		{format: pinblock.ISO0, block: "04F225EEEEEEEEEE", pan: pan, reasons: "pin-digits"},
		{format: pinblock.ISO0, block: "041225EEEEE4EEEE", pan: pan, reasons: "fill"},
		{format: pinblock.ISO0, block: "041225EEEEEEEEEF", pan: pan, reasons: "fill"},
		{format: pinblock.ISO0, block: "1412F5EEEEE4EEEE", pan: pan, reasons: "control-nibble pin-digits fill"},
		{format: pinblock.ISO2, block: "241234FFFFFFFFF0", reasons: "fill"},
		{format: pinblock.ISO2, block: "2C123456789012CF", reasons: "fill"},
		{format: pinblock.ISO3, block: "3412258ADCFEBADC", pan: pan, reasons: "fill"},
		{format: pinblock.VISA2, block: "4123401777777777", reasons: "zero-fill"},
		{format: pinblock.VISA2, block: "41234007777777A7", reasons: "fill"},
		{format: pinblock.VISA2, block: "4123400AAAAAAAAA", reasons: "fill"},
		{format: pinblock.VISA2.WithPad(7), block: "4123400666666666", reasons: "fill"},
		{format: pinblock.VISA3, block: "1234AAAAAAAAAAAA", reasons: "pin-digits"},
		{format: pinblock.VISA3, block: "1234FAAAAAAAAAAB", reasons: "fill"},
		{format: pinblock.VISA3.WithPad(0), block: "1234FAAAAAAAAAAA", reasons: "fill"},
		{format: pinblock.Docutel, block: "41234001234ABCDE", reasons: "fill"},
		{format: pinblock.OEM1, block: "1234566666666666", reasons: ""},
		{format: pinblock.OEM1, block: "1636666666666666", reasons: "pin-length pad-in-pin"},
		{format: pinblock.OEM1, block: "6123666666666666", reasons: "pad-in-pin"},
		{format: pinblock.OEM1.WithPad(0xa), block: "1234BBBBBBBBBBBB", reasons: "pin-length pin-digits"},
		{format: pinblock.Diebold, block: "1234EEEEEEEEEEEE", reasons: "pin-length pin-digits"},
		{format: pinblock.IBM3624, block: "1234444444444444", reasons: "ambiguous"},
		{format: pinblock.IBM3624, block: "12A4FFFFFFFFFFFF", reasons: "pin-digits"},
		{format: pinblock.IBM3624.WithExtraction(pinblock.HexDigit), block: "1234EEEEEEEEEEED", reasons: "fill"},
		{format: pinblock.IBM3624.WithPINLength(4), block: "1234444444444445", reasons: "fill"},
		{format: pinblock.IBM3624.WithPINLength(6), block: "12345AAAAAAAAAAA", reasons: "pin-digits"},
		{format: pinblock.IBM3621, block: "0A1F12B4FFFFFFFF", reasons: "pin-digits"},
		{format: pinblock.IBM3621, block: "0A1FFFFFFFFFFFFF", reasons: "pin-length"},
		{format: pinblock.IBM4704, block: "41234FFFF0FFFF3B", reasons: "fill"},
		{format: pinblock.IBM4704, block: "3123FFFFFFFFFF3B", reasons: "pin-length"},
		{format: pinblock.ECI2, block: "12A4000000000000", reasons: "pin-digits"},
		{format: pinblock.AS2805, block: "0412340123456700", reasons: "fill"},
		{format: pinblock.AS2805, block: "000123456789ABFF", reasons: "control-nibble"},
		{format: pinblock.AS2805, block: "84123401234567FF", reasons: "control-nibble"},
		{format: pinblock.AS2805, block: "02120123456789FF", reasons: "pin-length"},
		{format: pinblock.PNPL, block: "041225EEEEEEEEEE", pan: pan, reasons: "control-nibble"},
	} {
		_, err := clear.Decode(c.format, mustHex(t, c.block), mustPAN(t, c.pan), nil)
		if c.reasons == "" {
			require.NoError(t, err, "%v %s", c.format, c.block)
			continue
		}
		var e *clear.Error
		require.ErrorAs(t, err, &e, "%v %s", c.format, c.block)
		require.ErrorIs(t, err, pinblock.ErrBlock)
		require.Equal(t, c.reasons, strings.Join(e.Reasons(), " "), "%v %s", c.format, c.block)
		require.NotEmpty(t, e.Error())
	}
}

func TestExtraction(t *testing.T) {
	t.Parallel()
	f := pinblock.IBM3624
	for _, c := range []struct {
		format     pinblock.Format
		block, pin string
	}{
		{f, "123456EEEEEEEEEE", "123456"},
		{f.WithExtraction(pinblock.PadExist), "123456EEEEEEEEEE", "123456"},
		{f.WithPad(0xe), "123456EEEEEEEEEE", "123456"},
		{f.WithPad(0xe).WithExtraction(pinblock.PadDigit), "1234567890123456", "1234567890123456"},
		{f.WithExtraction(pinblock.HexDigit), "123456EEEEEEEEEE", "123456"},
		{f.WithExtraction(pinblock.HexDigit), "1234567890123456", "1234567890123456"},
		{f.WithPINLength(4), "1230000000000000", "1230"},
		{f.WithPINLength(3), "1230000000000000", "123"},
		{f.WithPad(0).WithPINLength(4), "1230000000000000", "1230"},
		{f.WithPINLength(16), "1234567890123456", "1234567890123456"},
		{pinblock.IBM3621, "0A1F1234FFFFFFFF", "1234"},
		{pinblock.IBM3621.WithPad(0xf), "0A1F123456789012", "123456789012"},
		{pinblock.IBM3621.WithPINLength(12), "0A1F123456789012", "123456789012"},
		{pinblock.OEM1, "1234000000000000", "1234"},
		{pinblock.OEM1.WithPad(0), "1234000000000000", "1234"},
		{pinblock.OEM1.WithExtraction(pinblock.HexDigit), "1234AAAAAAAAAAAA", "1234"},
		{pinblock.VISA3, "1234F00000000000", "1234"},
		{pinblock.VISA3, "1234FFFFFFFFFFFF", "1234"},
		{pinblock.VISA3.WithPad(0), "1234F00000000000", "1234"},
	} {
		got, err := decode(t, c.format, c.block, "")
		require.NoError(t, err, "%v %s", c.format, c.block)
		require.Equal(t, c.pin, got, "%v %s", c.format, c.block)
	}
	// With a decimal pad digit and no length there is no telling, whatever the block.
	for _, f := range []pinblock.Format{f.WithPad(0), f.WithPad(0).WithExtraction(pinblock.PadDigit), pinblock.IBM3621.WithPad(9)} {
		_, err := decode(t, f, "1230000000000000", "")
		require.ErrorIs(t, err, pinblock.ErrAmbiguous, "%v", f)
	}
}

func TestVisaPINChange(t *testing.T) {
	t.Parallel()
	o := &clear.Options{UDKA: "0123456789ABCDEF", OldPIN: mustPIN(t, "1234")}
	for f, want := range map[pinblock.Format]string{pinblock.VISA41: "045678FF76543210", pinblock.VISA42: "166278FF76543210"} {
		block, err := clear.Encode(nil, f, mustPIN(t, "5678"), pinblock.PAN{}, o)
		require.NoError(t, err)
		require.Equal(t, want, strings.ToUpper(hex.EncodeToString(block)))
		pin, err := clear.Decode(f, block, pinblock.PAN{}, o)
		require.NoError(t, err)
		require.Equal(t, "5678", clear.Digits(pin))

		_, err = clear.Encode(nil, f, mustPIN(t, "5678"), pinblock.PAN{}, nil)
		require.ErrorIs(t, err, pinblock.ErrCardKey)
		_, err = clear.Encode(nil, f, mustPIN(t, "5678"), pinblock.PAN{}, &clear.Options{UDKA: "0123"})
		require.Error(t, err)
	}
	_, err := clear.Encode(nil, pinblock.VISA42, mustPIN(t, "5678"), pinblock.PAN{}, &clear.Options{UDKA: "0123456789ABCDEF"})
	require.ErrorIs(t, err, pinblock.ErrPIN)
}

// TestEveryNibbleCounts changes every nibble of a block to every other value.
// What still decodes must be a block that the format can make: encoding what
// came out, with the fill that is in the block, gives it back.
func TestEveryNibbleCounts(t *testing.T) {
	t.Parallel()
	const pan = "4012345678909"
	for _, f := range formatsToTry() {
		shortest, longest := f.PINLengths()
		for n := shortest; n <= longest; n++ {
			block, err := clear.Encode(nil, f, mustPIN(t, "1980273645918273"[:n]), mustPAN(t, pan), cardKey(t))
			if errors.Is(err, pinblock.ErrPINLength) || errors.Is(err, pinblock.ErrPadInPIN) {
				continue
			}
			require.NoError(t, err, "%v %d", f, n)
			for i := range 2 * len(block) {
				for d := range byte(16) {
					changed := append([]byte(nil), block...)
					shift := 4 * uint(1-i%2)
					changed[i/2] = changed[i/2]&^(0xf<<shift) | d<<shift
					requireMakeable(t, f, changed, pan)
				}
			}
		}
	}
}

func requireMakeable(t *testing.T, f pinblock.Format, block []byte, pan string) {
	t.Helper()
	p, o := mustPAN(t, pan), cardKey(t)
	pin, err := clear.Decode(f, block, p, o)
	if err != nil {
		require.ErrorIs(t, err, pinblock.ErrBlock)
		return
	}
	again, err := clear.Encode(nil, withWhatIsInTheBlock(f, block), pin, p, fillOf(t, f, pin, block))
	require.NoError(t, err, "%v %X", f, block)
	require.Equal(t, block, again, "%v: %X was accepted", f, block)
}

func cardKey(t testing.TB) *clear.Options {
	return &clear.Options{UDKA: "0123456789ABCDEF", OldPIN: mustPIN(t, "98765")}
}

// withWhatIsInTheBlock sets the pad digit and sequence number found in a block.
func withWhatIsInTheBlock(f pinblock.Format, block []byte) pinblock.Format {
	last := block[len(block)-1] & 0xf
	switch f.Base() {
	case pinblock.VISA2, pinblock.OEM1:
		return f.WithPad(last)
	case pinblock.VISA3, pinblock.IBM3624:
		return f.WithPad(last).WithPINLength(4) // decimal pads are refused without a length
	case pinblock.IBM3621:
		return f.WithPad(last).WithPINLength(4).WithSequence(uint16(block[0])<<8 | uint16(block[1]))
	case pinblock.IBM4704:
		return f.WithSequence(uint16(block[7]))
	}
	return f
}

// fillOf returns the random fill in a block, from the position where it begins.
func fillOf(t testing.TB, f pinblock.Format, pin pinblock.PIN, block []byte) *clear.Options {
	o := cardKey(t)
	begin := map[pinblock.Format]int{pinblock.ISO1: 2 + pin.Len(), pinblock.ISO3: 2 + pin.Len(), pinblock.AS2805: 2 + pin.Len(),
		pinblock.ECI2: 4, pinblock.ECI3: 7, pinblock.Docutel: 7, pinblock.ISO4: 16}
	i, ok := begin[f.Base()]
	if !ok {
		return o
	}
	field := append([]byte(nil), block...)
	if f == pinblock.ISO3 { // the fill is under the PAN
		mask, err := clear.Encode(nil, pinblock.ISO0, mustPIN(t, "0000"), mustPAN(t, "4012345678909"), nil)
		require.NoError(t, err)
		for j, m := range mustHex(t, "040000FFFFFFFFFF") {
			field[j] ^= mask[j] ^ m
		}
	}
	o.Fill = hex.EncodeToString(field)[i:]
	return o
}

func formatsToTry() []pinblock.Format {
	return append(pinblock.Formats(), pinblock.IBM3624.WithExtraction(pinblock.HexDigit), pinblock.IBM3624.WithPINLength(6),
		pinblock.VISA2.WithPad(7), pinblock.OEM1.WithPad(0xb), pinblock.IBM3621.WithPad(0xc))
}

func FuzzDecode(f *testing.F) {
	formats := formatsToTry()
	for i := range formats {
		f.Add(byte(i), []byte{0x04, 0x12, 0x15, 0xfe, 0xdc, 0xba, 0x98, 0x76})
		f.Add(byte(i), []byte{0x44, 0x12, 0x34, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0, 1, 2, 3, 4, 5, 6, 7})
		f.Add(byte(i), []byte{0x12, 0x34, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	}
	f.Fuzz(func(t *testing.T, i byte, block []byte) {
		format := formats[int(i)%len(formats)]
		if len(block) != format.BlockSize() {
			_, err := clear.Decode(format, block, mustPAN(t, "4012345678909"), cardKey(t))
			require.ErrorIs(t, err, pinblock.ErrBlockSize)
			return
		}
		// What Decode accepts, Encode must be able to have made.
		requireMakeable(t, format, block, "4012345678909")
	})
}
