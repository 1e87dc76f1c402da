package diagnose

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

const (
	testPAN = "4532015112830366" // passes Luhn
	noLuhn  = "5432101234567891"
	oddLong = "4532015112830366127"
)

var (
	double = unhexed("0123456789ABCDEFFEDCBA9876543210")
	triple = unhexed("0123456789ABCDEFFEDCBA98765432101032547698BADCFE")
	aesKey = unhexed("00112233445566778899AABBCCDDEEFF")
	aes256 = unhexed("00112233445566778899AABBCCDDEEFF0F1E2D3C4B5A69788796A5B4C3D2E1F0")
)

func unhexed(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// field returns a clear PIN block for a PAN.
func field(t *testing.T, f pinblock.Format, pin, pan string) []byte {
	t.Helper()
	p, err := clear.PIN(pin)
	require.NoError(t, err)
	var a pinblock.PAN
	if pan != "" {
		a, err = pinblock.ParsePAN(pan)
		require.NoError(t, err)
	}
	b, err := clear.Encode(nil, f, p, a, nil)
	require.NoError(t, err)
	return b
}

func desEncrypt(key, b []byte) []byte { return each(tdesCipher(key).Encrypt)(b) }
func desDecrypt(key, b []byte) []byte { return each(tdesCipher(key).Decrypt)(b) }

func aesEncrypt(key, b []byte) []byte {
	c, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	return each(c.Encrypt)(b)
}

// iso4 returns an ISO-4 block, with the PAN field given.
func iso4(t *testing.T, key, panField []byte) []byte {
	return aesEncrypt(key, exclusive(aesEncrypt(key, field(t, pinblock.ISO4, "1234", testPAN)), panField))
}

func reversed(b []byte) []byte {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return b
}

// mistake is a block made with a mistake, and words that the first finding must
// have.
type mistake struct {
	name  string
	block []byte
	key   []byte
	pan   string
	says  string // part of What
	fix   string // part of Change
	form  string
	pin   string
}

func (m mistake) run(t *testing.T) {
	t.Parallel()
	in := Input{Block: m.block, PANs: []string{m.pan}}
	if m.key != nil {
		in.Keys = [][]byte{m.key}
	}
	if m.pan == "" {
		in.PANs = nil
	}
	r := Run(in)
	require.NotEmpty(t, r.Findings, "nothing fits")
	f := r.Findings[0]
	require.Equal(t, m.form, f.Format, "%+v", r.Findings)
	require.Contains(t, f.What, m.says, "%+v", r.Findings)
	require.Contains(t, f.Change, m.fix)
	require.Equal(t, m.pin, f.PIN)
	require.Positive(t, f.OneIn)
}

// TestMistakesWithTDES makes each mistake with an 8-byte block, and wants it
// explained first.
func TestMistakesWithTDES(t *testing.T) {
	t.Parallel()
	iso0 := field(t, pinblock.ISO0, "1234", testPAN)
	raw := field(t, pinblock.ISO0, "1234", "0000000000000") // nothing combined
	enc := func(b []byte) []byte { return desEncrypt(double, b) }
	bindTo := func(digits string) []byte { return enc(xor(raw, word(digits))) }
	k1, k2 := double[:8], double[8:]
	hexText := []byte("0123456789ABCDEFFEDCBA9876543210")
	for _, m := range []mistake{
		{"none", enc(iso0), double, testPAN, "An ISO-0 block.", "Nothing is wrong", "ISO-0", "1234"},
		{"none, 12 digits", enc(field(t, pinblock.ISO0, "123456789012", testPAN)), double, testPAN, "An ISO-0 block.", "Nothing is wrong", "ISO-0", "123456789012"},
		{"ISO-1", enc(field(t, pinblock.ISO1, "1234", "")), double, testPAN, "An ISO-1 block.", "read it as --format iso-1", "ISO-1", "1234"},
		{"ISO-2", enc(field(t, pinblock.ISO2, "1234", "")), double, testPAN, "An ISO-2 block.", "read it as", "ISO-2", "1234"},
		{"ISO-3", enc(field(t, pinblock.ISO3, "1234", testPAN)), double, testPAN, "An ISO-3 block.", "read it as", "ISO-3", "1234"},
		{"PNPL", enc(field(t, pinblock.PNPL, "1234", testPAN)), double, testPAN, "An MC-PNPL block.", "read it as", "MC-PNPL", "1234"},
		{"3624", enc(field(t, pinblock.IBM3624.WithPad(0xe), "1234567", "")), double, "", "An OEM-1 block.", "", "OEM-1", "1234567"},
		{"VISA-2", enc(field(t, pinblock.VISA2.WithPad(7), "12345", "")), double, "", "A VISA-2 block.", "", "VISA-2", "12345"},
		{"decimal pad", enc(field(t, pinblock.IBM3624.WithPINLength(4).WithPad(0), "1234", "")), double, "", "", "read it as", "OEM-1", "1234"},

		{"VISA-4, left twelve", enc(field(t, pinblock.VISA4, "1234", testPAN)), double, testPAN, "leftmost twelve digits", "wrong twelve", "VISA-4", "1234"},
		{"ISO-3 with left twelve", enc(xor(field(t, pinblock.ISO3, "1234", "0000000000000"), word(testPAN[:12]))), double, testPAN, "leftmost twelve", "rightmost ones before the check digit", "ISO-3", "1234"},
		{"check digit in", bindTo(testPAN[4:]), double, testPAN, "with the check digit among them", "must be left out", "ISO-0", "1234"},
		{"number given has no check digit", bindTo(noLuhn[4:]), double, noLuhn, "has no check digit", "give the whole PAN", "ISO-0", "1234"},
		{"cut twelve", bindTo("453201511283"), double, "453201511283", "has no check digit", "", "ISO-0", "1234"},
		{"no PAN", enc(raw), double, testPAN, "twelve zeros", "leaves out the PAN", "ISO-0", "1234"},
		{"PAN not shifted", enc(xor(raw, word(testPAN[3:15])<<16)), double, testPAN, "moved to the left edge", "right edge", "ISO-0", "1234"},
		{"sixteen digits", enc(xor(raw, word(testPAN))), double, testPAN, "up to sixteen digits", "twelve", "ISO-0", "1234"},
		{"short PAN", bindTo("000076543210"), double, "76543210", "filled up with zeros", "", "ISO-0", "1234"},

		{"halves swapped", desEncrypt(join(k2, k1), iso0), double, testPAN, "halves swapped", "Swap the two halves", "ISO-0", "1234"},
		{"single DES left", desEncrypt(k1, iso0), double, testPAN, "single DES under the left half", "TDES", "ISO-0", "1234"},
		{"single DES right", desEncrypt(k2, iso0), double, testPAN, "single DES under the right half", "TDES", "ISO-0", "1234"},
		{"single DES third", desEncrypt(triple[16:], iso0), triple, testPAN, "single DES under the third third", "TDES", "ISO-0", "1234"},
		{"thirds reversed", desEncrypt(join(triple[16:], triple[8:16], triple[:8]), iso0), triple, testPAN, "K3 K2 K1", "same order", "ISO-0", "1234"},
		{"thirds rotated", desEncrypt(join(triple[8:], triple[:8]), iso0), triple, testPAN, "K2 K3 K1", "same order", "ISO-0", "1234"},
		{"cut to double", desEncrypt(triple[:16], iso0), triple, testPAN, "first two parts", "24 bytes", "ISO-0", "1234"},
		{"key reversed", desEncrypt(reversed(double), iso0), double, testPAN, "bytes in reverse order", "little-endian", "ISO-0", "1234"},
		{"key as text", desEncrypt(hexText[:24], iso0), double, testPAN, "characters of the key's hex digits", "convert", "ISO-0", "1234"},
		{"decrypt for encrypt", desDecrypt(double, iso0), double, testPAN, "decipher operation", "encrypt", "ISO-0", "1234"},
		{"twice", enc(enc(iso0)), double, testPAN, "enciphered twice", "once", "ISO-0", "1234"},
		{"in the clear", iso0, double, testPAN, "not enciphered at all", "in the clear", "ISO-0", "1234"},
		{"in the clear, no key", iso0, nil, testPAN, "not enciphered at all", "in the clear", "ISO-0", "1234"},

		{"block reversed", reversed(enc(iso0)), double, testPAN, "bytes in reverse order", "little-endian", "ISO-0", "1234"},
		{"ASCII", []byte(fmt.Sprintf("%X", enc(iso0))), double, testPAN, "(ASCII)", "twice", "ISO-0", "1234"},
		{"EBCDIC", toEBCDIC(fmt.Sprintf("%X", enc(iso0))), double, testPAN, "EBCDIC", "EBCDIC", "ISO-0", "1234"},
		{"padded", append(enc(iso0), enc([]byte{8, 8, 8, 8, 8, 8, 8, 8})...), double, testPAN, "first 8 of 16 bytes", "padding", "ISO-0", "1234"},
		{"nibbles swapped", nibblesSwapped(enc(iso0)), double, testPAN, "digits of each byte swapped", "Swap", "ISO-0", "1234"},

		{"zero fill", enc(xor(unhexed("0412340000000000"), word(testPAN[3:15]))), double, testPAN, "0 as its fill", "filled with F", "ISO-0", "1234"},
		{"ISO-3 filled with decimals", enc(xor(unhexed("3412348172635409"), word(testPAN[3:15]))), double, testPAN, "digits 0 to 9", "A to F", "ISO-3", "1234"},

		{"two mistakes", desEncrypt(join(k2, k1), xor(raw, word(testPAN[4:]))), double, testPAN, "check digit among them, enciphered under the key with its halves swapped", "Swap", "ISO-0", "1234"},
	} {
		t.Run(m.name, m.run)
	}
}

func toEBCDIC(text string) []byte {
	b := []byte(text)
	for i, c := range b {
		if c <= '9' {
			b[i] = c - '0' + 0xf0
		} else {
			b[i] = c - 'A' + 0xc1
		}
	}
	return b
}

func nibblesSwapped(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		b[i] = c<<4 | c>>4
	}
	return b
}

// TestMistakesWithAES does the same for ISO-4.
func TestMistakesWithAES(t *testing.T) {
	t.Parallel()
	whole := fieldOf(testPAN, pinblock.ISO4)
	pinField := field(t, pinblock.ISO4, "1234", testPAN)
	short := field(t, pinblock.ISO0, "1234", testPAN)
	unmarked := bytes.Clone(whole)
	unmarked[0] &= 0xf
	fFill := unhexed("441234FFFFFFFFFF0123456789ABCDEF")
	for _, m := range []mistake{
		{"none", iso4(t, aesKey, whole), aesKey, testPAN, "An ISO-4 block.", "Nothing is wrong", "ISO-4", "1234"},
		{"none, AES-256", iso4(t, aes256, whole), aes256, testPAN, "An ISO-4 block.", "Nothing is wrong", "ISO-4", "1234"},
		{"rightmost twelve", iso4(t, aesKey, fieldOf(testPAN, pinblock.ISO4.WithRightmost12())), aesKey, testPAN, "rightmost twelve digits of the PAN without the check digit", "9.4.3", "ISO-4:pan=rightmost-12", "1234"},
		{"check digit left out", iso4(t, aesKey, fieldOf(testPAN[:15], pinblock.ISO4)), aesKey, testPAN, "without its check digit", "leaves it out", "ISO-4", "1234"},
		{"number given has no check digit", iso4(t, aesKey, whole), aesKey, testPAN[:15], "with a check digit behind it", testPAN, "ISO-4", "1234"},
		{"leftmost twelve", iso4(t, aesKey, fieldOf(testPAN[:12], pinblock.ISO4)), aesKey, testPAN, "leftmost twelve", "whole PAN", "ISO-4", "1234"},
		{"twelve with the check digit", iso4(t, aesKey, fieldOf(testPAN[4:], pinblock.ISO4)), aesKey, testPAN, "with the check digit among them", "whole PAN", "ISO-4", "1234"},
		{"PAN block of ISO-0", iso4(t, aesKey, append(xor(make([]byte, 8), word(testPAN[3:15])), make([]byte, 8)...)), aesKey, testPAN, "field of ISO-0", "length digit", "ISO-4", "1234"},
		{"length digit missing", iso4(t, aesKey, unmarked), aesKey, testPAN, "whose first digit is 0", "less 12", "ISO-4", "1234"},
		{"PAN field filled with F", iso4(t, aesKey, filled(whole, 17)), aesKey, testPAN, "filled with F", "zeros", "ISO-4", "1234"},
		{"no PAN", iso4(t, aesKey, make([]byte, 16)), aesKey, testPAN, "without a PAN", "leaves out", "ISO-4", "1234"},
		{"single encipherment", aesEncrypt(aesKey, pinField), aesKey, testPAN, "enciphered only once, and without the PAN", "stops", "ISO-4", "1234"},
		{"single, with PAN", aesEncrypt(aesKey, exclusive(pinField, whole)), aesKey, testPAN, "enciphered only once, after the PAN", "combines", "ISO-4", "1234"},
		{"in the clear", pinField, aesKey, testPAN, "not enciphered", "", "ISO-4", "1234"},
		{"PIN field filled with F", aesEncrypt(aesKey, exclusive(aesEncrypt(aesKey, fFill), whole)), aesKey, testPAN, "F as its fill", "filled with A", "ISO-4", "1234"},
		{"key cut", iso4(t, aes256[:16], whole), aes256, testPAN, "first 16 bytes of the key", "cuts", "ISO-4", "1234"},
		{"key halves swapped", iso4(t, join(aesKey[8:], aesKey[:8]), whole), aesKey, testPAN, "halves swapped", "Swap", "ISO-4", "1234"},
		{"key as text", iso4(t, []byte("00112233445566778899AABBCCDDEEFF"), whole), aesKey, testPAN, "characters of the key's hex digits", "convert", "ISO-4", "1234"},
		{"19 digits", iso4(t, aesKey, fieldOf(oddLong, pinblock.ISO4)), aesKey, oddLong, "An ISO-4 block.", "Nothing", "ISO-4", "1234"},
		{"ISO-0 under AES, zeros", aesEncrypt(aesKey, append(bytes.Clone(short), make([]byte, 8)...)), aesKey, testPAN, "An ISO-0 block of 8 bytes, filled up to 16", "Only ISO-4", "ISO-0", "1234"},
		{"ISO-0 under AES, padding", aesEncrypt(aesKey, append(bytes.Clone(short), 8, 8, 8, 8, 8, 8, 8, 8)), aesKey, testPAN, "filled up to 16", "Only ISO-4", "ISO-0", "1234"},
		{"block reversed", reversed(iso4(t, aesKey, whole)), aesKey, testPAN, "reverse order", "little-endian", "ISO-4", "1234"},
		{"ASCII", []byte(fmt.Sprintf("%x", iso4(t, aesKey, whole))), aesKey, testPAN, "(ASCII)", "twice", "ISO-4", "1234"},
		{"decrypt for encrypt", aesDecryptTwice(aesKey, pinField, whole), aesKey, testPAN, "decipher operation", "encrypt", "ISO-4", "1234"},
	} {
		t.Run(m.name, m.run)
	}
}

func aesDecryptTwice(key, pinField, panField []byte) []byte {
	c, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	d := each(c.Decrypt)
	return d(exclusive(d(pinField), panField))
}

// TestOtherPAN reads off the block which PAN it was made for.
func TestOtherPAN(t *testing.T) {
	t.Parallel()
	enc := func(f pinblock.Format, pin, pan string) []byte { return desEncrypt(double, field(t, f, pin, pan)) }
	typo := testPAN[:12] + "9" + testPAN[13:] // digit 13, under any fill
	under := testPAN[:4] + "9" + testPAN[5:]  // digit 5, under a PIN digit
	for _, m := range []mistake{
		{"quite another", enc(pinblock.ISO0, "1234", noLuhn), double, testPAN, "whose last 10 digits before the check digit are 0123456789", "Compare", "ISO-0", ""},
		{"none given", enc(pinblock.ISO0, "1234", noLuhn), double, "", "are 0123456789", "", "ISO-0", ""},
		{"PNPL", enc(pinblock.PNPL, "1234", noLuhn), double, "", "are 0123456789", "", "MC-PNPL", ""},
		{"six digits", enc(pinblock.ISO0, "123456", noLuhn), double, "", "last 8 digits before the check digit are 23456789", "", "ISO-0", ""},
		{"a typo", enc(pinblock.ISO0, "1234", typo), double, testPAN, "differs from the PAN in digit 13", "digit 13 of the PAN is 0, and the block is for 9", "ISO-0", "1234"},
		{"a PAN of test data", enc(pinblock.ISO0, "1234", "4111111111111111"), double, testPAN, "for another PAN, whose last 10 digits before the check digit are 1111111111", "Compare the PAN", "ISO-0", ""},
		{"another one", enc(pinblock.ISO0, "123456", "5432101234567891"), double, testPAN, "for another PAN", "Compare the PAN", "ISO-0", ""},
		{"a typo, ISO-3", enc(pinblock.ISO3, "1234", typo), double, testPAN, "differs from the PAN in digit 13", "random", "ISO-3", "1234"},
		{"a typo under the PIN", desEncrypt(double, field(t, pinblock.ISO0, "1286", under)), double, testPAN, "differs from the PAN in digits 4 and 5", "Compare", "ISO-0", ""},
	} {
		t.Run(m.name, func(t *testing.T) { m.run(t) })
	}
}

// TestSecondKeyAndPAN finds out which of several keys and PANs a block is for.
func TestSecondKeyAndPAN(t *testing.T) {
	t.Parallel()
	r := Run(Input{
		Block: desEncrypt(double, field(t, pinblock.ISO0, "1234", testPAN)),
		Keys:  [][]byte{triple[8:], double},
		PANs:  []string{noLuhn, testPAN},
	})
	require.NotEmpty(t, r.Findings)
	require.Equal(t, "An ISO-0 block for PAN 2, enciphered under the second key.", r.Findings[0].What)
	require.Len(t, r.Findings, 1)
}

// TestFormatsThatLookAlike lists them with the one finding.
func TestFormatsThatLookAlike(t *testing.T) {
	t.Parallel()
	r := Run(Input{Block: desEncrypt(double, unhexed("1234FFFFFFFFFFFF")), Keys: [][]byte{double}})
	require.Len(t, r.Findings, 1)
	all := strings.Join(append(r.Findings[0].Also, r.Findings[0].Format), " ")
	for _, name := range []string{"VISA-3", "DIEBOLD-THALES", "OEM-1", "IBM-3624"} {
		require.Contains(t, all, name)
	}
}
