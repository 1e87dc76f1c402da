package pinverify_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// A setting that is wrong is found by Check, and by every operation before the
// key is used.
func TestSettings(t *testing.T) {
	t.Parallel()
	table, v := pinverify.StandardTable(), pinverify.ValidationFromPAN(0, 16, 0xf)
	badPad := pinverify.ValidationFromPAN(0, 16, 0x10)
	for _, c := range []struct {
		method pinverify.Method
		want   error
	}{
		{pinverify.VisaPVV{}, pinverify.ErrIndex},
		{pinverify.VisaPVV{Index: 7}, pinverify.ErrIndex},
		{pinverify.VisaPVV{Index: -1, AllowIndex0: true}, pinverify.ErrIndex},
		{pinverify.VisaPVV{Index: 16}, pinverify.ErrIndex},
		{pinverify.IBM3624{}, pinverify.ErrTable},
		{pinverify.IBM3624{Validation: v}, pinverify.ErrTable},
		{pinverify.IBM3624{Table: table}, pinverify.ErrValidation},
		{pinverify.IBM3624{Table: table, Validation: badPad}, pinverify.ErrPad},
		{pinverify.IBM3624{Table: table, Validation: v, CheckLength: 3}, pinverify.ErrCheckLength},
		{pinverify.IBM3624{Table: table, Validation: v, CheckLength: 17}, pinverify.ErrCheckLength},
		{pinverify.IBM3624{Table: table, Validation: v, CheckLength: -1}, pinverify.ErrCheckLength},
		{pinverify.GBP{}, pinverify.ErrTable},
		{pinverify.GBP{Table: table}, pinverify.ErrValidation},
		{pinverify.NL1{}, pinverify.ErrTable},
		{pinverify.NL1{Table: table, Validation: badPad}, pinverify.ErrPad},
		{pinverify.Interbank{}, pinverify.ErrIndex},
		{pinverify.Interbank{Index: 7, ValidationDigits: "000"}, pinverify.ErrIndex},
		{pinverify.Interbank{Index: 1}, pinverify.ErrValidationDigits},
		{pinverify.Interbank{Index: 1, ValidationDigits: "12"}, pinverify.ErrValidationDigits},
		{pinverify.Interbank{Index: 1, ValidationDigits: "1234"}, pinverify.ErrValidationDigits},
		{pinverify.Interbank{Index: 1, ValidationDigits: "1A3"}, pinverify.ErrValidationDigits},
		{pinverify.StoredBlock{}, pinblock.ErrFormat},
		{pinverify.StoredBlock{Format: pinblock.ISO0.WithRightmost12()}, pinblock.ErrFormat},
	} {
		require.ErrorIs(t, c.method.Check(), c.want)
		var reference []byte
		if _, ok := c.method.(pinverify.Interbank); !ok {
			reference = []byte("1234")
		}
		key := unusedKey{t: t}
		err := c.method.Verify(t.Context(), key, mustPIN(t, "1234"), mustPAN(t, testPAN), reference)
		require.ErrorIs(t, err, c.want)
		if m, ok := c.method.(pinverify.Referencer); ok {
			_, err := m.Reference(t.Context(), key, mustPIN(t, "1234"), mustPAN(t, testPAN))
			require.ErrorIs(t, err, c.want)
		}
	}
}

func TestShortPAN(t *testing.T) {
	t.Parallel()
	table, v := pinverify.StandardTable(), pinverify.ValidationFromPAN(0, 12, 0xf)
	for _, m := range []pinverify.Method{
		pinverify.VisaPVV{Index: 1},
		pinverify.IBM3624{Table: table, Validation: v},
		pinverify.GBP{Table: table, Validation: v},
		pinverify.NL1{Table: table, Validation: v},
		pinverify.Interbank{Index: 1, ValidationDigits: "000"},
	} {
		var reference []byte
		if _, ok := m.(pinverify.Referencer); ok {
			reference = []byte("1234")
		}
		for _, pan := range []pinblock.PAN{{}, mustPAN(t, "12345678901")} {
			err := m.Verify(t.Context(), unusedKey{t: t}, mustPIN(t, "1234"), pan, reference)
			require.ErrorIs(t, err, pinverify.ErrPAN, m.Name())
		}
		err := m.Verify(t.Context(), mustKey(t, testKey, m.Usages()[0]), mustPIN(t, "1234"), mustPAN(t, "123456789012"), reference)
		if err != nil {
			require.ErrorIs(t, err, pinverify.ErrWrongPIN, m.Name())
		}
	}
}

// What is enciphered for a PVV and for an Interbank PIN, digit by digit.
func TestSecurityParameters(t *testing.T) {
	t.Parallel()
	pan := mustPAN(t, "9876543"+"21012345678"+"9")
	var r recorder
	_, err := pinverify.VisaPVV{Index: 5}.Reference(t.Context(), &r, mustPIN(t, "246813"), pan)
	require.NoError(t, err)
	require.Equal(t, "21012345678"+"5"+"2468", hex.EncodeToString(r.asked))

	_, err = pinverify.Interbank{Index: 3, ValidationDigits: "975"}.PIN(t.Context(), &r, pan)
	require.NoError(t, err)
	require.Equal(t, "21012345678"+"6"+"3"+"975", hex.EncodeToString(r.asked))
}

// With a check length only the last digits count, and the PIN's length says
// under which digits of the natural PIN they are.
func TestCheckLength(t *testing.T) {
	t.Parallel()
	m := pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 16, 0xf), CheckLength: 4}
	key, pan := mustAnswer(t, "1234567890123456"), mustPAN(t, testPAN)
	for _, c := range []struct{ pin, offset string }{
		{"1234", "0000"},
		{"991234", "8888"},           // natural 123456, digits 3456
		{"123456", "0000"},           // the natural PIN itself
		{"000000003456", "4444"},     // natural 123456789012, digits 9012
		{"1234567890123450", "0004"}, // all 16
	} {
		offset, err := m.Reference(t.Context(), key, mustPIN(t, c.pin), pan)
		require.NoError(t, err)
		require.Equal(t, c.offset, string(offset), c.pin)
		for i := range len(c.pin) {
			other := []byte(c.pin)
			other[i] = '0' + (other[i]-'0'+1)%10
			err := m.Verify(t.Context(), key, mustPIN(t, string(other)), pan, offset)
			if i < len(c.pin)-4 {
				require.NoError(t, err, "digit %d is outside the check length", i)
			} else {
				require.Equal(t, pinverify.ErrWrongPIN, err)
			}
		}
	}
	m.CheckLength = 6
	_, err := m.Reference(t.Context(), key, mustPIN(t, "12345"), pan)
	require.ErrorIs(t, err, pinverify.ErrPIN)
	require.Equal(t, pinverify.ErrWrongPIN, m.Verify(t.Context(), key, mustPIN(t, "12345"), pan, []byte("000000")))
	_, err = m.PIN(t.Context(), key, pan, []byte("0000"))
	require.ErrorIs(t, err, pinverify.ErrReference)
	pin, err := m.PIN(t.Context(), key, pan, []byte("987654"))
	require.NoError(t, err)
	require.Equal(t, "000000", clear.Digits(pin))
}

func TestNaturalLengths(t *testing.T) {
	t.Parallel()
	m := pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 16, 0xf)}
	key, pan := mustAnswer(t, "1234567890123456"), mustPAN(t, testPAN)
	for n := 4; n <= 16; n++ {
		pin, err := m.Natural(t.Context(), key, pan, n)
		require.NoError(t, err)
		require.Equal(t, "1234567890123456"[:n], clear.Digits(pin))
		require.NoError(t, m.Verify(t.Context(), key, pin, pan, []byte("0000000000000000"[:n])))
	}
	for _, n := range []int{-1, 0, 3, 17} {
		_, err := m.Natural(t.Context(), key, pan, n)
		require.ErrorIs(t, err, pinverify.ErrPIN)
	}
}

// Only the first four digits of a longer PIN are in a PVV.
func TestPVVOfLongPIN(t *testing.T) {
	t.Parallel()
	m := pinverify.VisaPVV{Index: 1}
	key, pan := mustKey(t, testKey, "V2"), mustPAN(t, testPAN)
	pvv, err := m.Reference(t.Context(), key, mustPIN(t, "123456"), pan)
	require.NoError(t, err)
	for _, pin := range []string{"1234", "12349", "123456789012"} {
		require.NoError(t, m.Verify(t.Context(), key, mustPIN(t, pin), pan, pvv))
	}
	require.Equal(t, pinverify.ErrWrongPIN, m.Verify(t.Context(), key, mustPIN(t, "123556"), pan, pvv))
}

// A first digit 0 becomes 1 in the German method and in no other.
func TestFirstDigitZero(t *testing.T) {
	t.Parallel()
	table, v := pinverify.StandardTable(), pinverify.ValidationFromPAN(0, 16, 0xf)
	gbp, nl1 := pinverify.GBP{Table: table, Validation: v}, pinverify.NL1{Table: table, Validation: v}
	key, pan := mustAnswer(t, "9907439999999999"), mustPAN(t, testPAN)
	for _, c := range []struct{ offset, gbp, nl1 string }{
		{"0000", "1743", "0743"},
		{"1000", "1743", "1743"},
		{"9367", "9000", "9000"},
		{"0367", "1000", "0000"},
	} {
		for _, m := range []struct {
			method pinverify.Referencer
			pin    string
		}{{gbp, c.gbp}, {nl1, c.nl1}} {
			require.NoError(t, m.method.Verify(t.Context(), key, mustPIN(t, m.pin), pan, []byte(c.offset)))
			for _, wrong := range changes(m.pin) {
				require.Equal(t, pinverify.ErrWrongPIN, m.method.Verify(t.Context(), key, mustPIN(t, wrong), pan, []byte(c.offset)))
			}
		}
	}
	for _, pin := range []string{"0743", "0000", "12345", "123456"} {
		_, err := gbp.Reference(t.Context(), key, mustPIN(t, pin), pan)
		require.ErrorIs(t, err, pinverify.ErrPIN)
	}
	_, err := nl1.Reference(t.Context(), key, mustPIN(t, "12345"), pan)
	require.ErrorIs(t, err, pinverify.ErrPIN)
}
