package explain_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// account is an account whose parts a test spoils.
type account struct {
	key       keys.Key
	visa      pinverify.VisaPVV
	ibm       pinverify.IBM3624
	pin       pinblock.PIN
	pan       pinblock.PAN
	reference string
}

func goodAccount(t *testing.T) *account {
	return &account{
		key:  testPVK(t, keys.UsageIBM3624),
		visa: pinverify.VisaPVV{Index: 1},
		ibm:  pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: pinverify.ValidationFromPAN(0, 12, 0xf)},
		pin:  testPIN(t, "1234"), pan: testPAN(t, "5432101234567891"), reference: "1234",
	}
}

// refused is what is spoiled, what the error is, and what the explanation says of it;
// "" where there is nothing to show.
type refused struct {
	name  string
	spoil func(*account)
	want  error
	note  string
}

func aesKey(t *testing.T) keys.Key {
	key, err := cleartext.ParseAES("00112233445566778899AABBCCDDEEFF", keys.UsagePIN)
	require.NoError(t, err)
	return key
}

func requireRefused(t *testing.T, tests []refused, f func(*account) (explain.Explanation, error)) {
	t.Helper()
	for _, test := range tests {
		a := goodAccount(t)
		test.spoil(a)
		x, err := f(a)
		require.ErrorIs(t, err, test.want, test.name)
		requireSound(t, x)
		require.Empty(t, x.Answer, test.name)
		if test.note == "" {
			require.Empty(t, x.Steps, test.name)
			continue
		}
		require.Contains(t, wrongs(x), test.note, test.name)
		require.Contains(t, x.Text(), test.note, test.name)
	}
}

const notAPVK = "a PIN verification key is TDES, of 16 or 24 bytes"

func TestPVVRefused(t *testing.T) {
	t.Parallel()
	tests := []refused{
		{"short PAN", func(a *account) { a.pan = testPAN(t, "12345678901") }, pinverify.ErrPAN, "11 digits, and a PVV needs 12 or more: the whole PAN with its check digit"},
		{"no PAN", func(a *account) { a.pan = pinblock.PAN{} }, pinverify.ErrPAN, "no digits, and a PVV needs 12 or more: the whole PAN with its check digit"},
		{"short PIN", func(a *account) { a.pin = testPIN(t, "123") }, pinverify.ErrPIN, "3 digits, and a PIN has 4 or more"},
		{"no PIN", func(a *account) { a.pin = pinblock.PIN{} }, pinverify.ErrPIN, "no digits, and a PIN has 4 or more"},
		{"index", func(a *account) { a.visa.Index = 7 }, pinverify.ErrIndex, "the index is 1 to 6"},
		{"negative index", func(a *account) { a.visa.Index = -1 }, pinverify.ErrIndex, "the index is 1 to 6"},
		{"AES key", func(a *account) { a.key = aesKey(t) }, pinverify.ErrKey, notAPVK},
		{"no key", func(a *account) { a.key = keys.Key{} }, pinverify.ErrKey, notAPVK},
	}
	requireRefused(t, tests, func(a *account) (explain.Explanation, error) {
		return explain.PVV(t.Context(), a.key, a.visa, a.pin, a.pan)
	})
	tests = append(tests,
		refused{"short PVV", func(a *account) { a.reference = "123" }, pinverify.ErrReference, "must be 4 decimal digits"},
		refused{"no PVV", func(a *account) { a.reference = "" }, pinverify.ErrReference, "must be 4 decimal digits"},
		refused{"not digits", func(a *account) { a.reference = "12\xff4" }, pinverify.ErrReference, "must be 4 decimal digits"})
	requireRefused(t, tests, func(a *account) (explain.Explanation, error) {
		return explain.Verify(t.Context(), a.key, a.visa, a.pin, a.pan, []byte(a.reference))
	})
}

func TestIBM3624Refused(t *testing.T) {
	t.Parallel()
	tests := []refused{
		{"short PAN", func(a *account) { a.pan = testPAN(t, "1234567890") }, pinverify.ErrPAN, "10 digits, and the validation data is digits 1 to 12"},
		{"no PAN", func(a *account) { a.pan = pinblock.PAN{} }, pinverify.ErrPAN, "no digits, and the validation data is digits 1 to 12"},
		{"AES key", func(a *account) { a.key = aesKey(t) }, pinverify.ErrKey, notAPVK},
		{"no key", func(a *account) { a.key = keys.Key{} }, pinverify.ErrKey, notAPVK},
		{"no table", func(a *account) { a.ibm.Table = pinverify.Table{} }, pinverify.ErrTable, ""},
		{"no validation data", func(a *account) { a.ibm.Validation = pinverify.Validation{} }, pinverify.ErrValidation, ""},
		{"pad", func(a *account) { a.ibm.Validation = pinverify.ValidationFromPAN(0, 12, 0x10) }, pinverify.ErrPad, ""},
		{"check length", func(a *account) { a.ibm.CheckLength = 3 }, pinverify.ErrCheckLength, ""},
	}
	requireRefused(t, tests, func(a *account) (explain.Explanation, error) {
		return explain.NaturalPIN(t.Context(), a.key, a.ibm, a.pan, 4)
	})
	tests = append(tests,
		refused{"no PIN", func(a *account) { a.pin = pinblock.PIN{} }, pinverify.ErrPIN, "no digits, and a PIN has 4 or more"})
	requireRefused(t, append(tests,
		refused{"shorter than check length", func(a *account) { a.ibm.CheckLength = 5 }, pinverify.ErrPIN, "4 digits, and the offset covers 5"},
	), func(a *account) (explain.Explanation, error) {
		return explain.Offset(t.Context(), a.key, a.ibm, a.pin, a.pan)
	})
	requireRefused(t, append(tests,
		refused{"short offset", func(a *account) { a.reference = "123" }, pinverify.ErrReference, "must be 4 to 16 decimal digits"},
		refused{"not digits", func(a *account) { a.reference = "12A4" }, pinverify.ErrReference, "must be 4 to 16 decimal digits"},
		refused{"not the check length", func(a *account) { a.ibm.CheckLength = 5 }, pinverify.ErrReference, "must be 5 decimal digits, as the check length says"},
	), func(a *account) (explain.Explanation, error) {
		return explain.Verify(t.Context(), a.key, a.ibm, a.pin, a.pan, []byte(a.reference))
	})
	for _, n := range []int{-1, 0, 3, 17} {
		a := goodAccount(t)
		x, err := explain.NaturalPIN(t.Context(), a.key, a.ibm, a.pan, n)
		require.ErrorIs(t, err, pinverify.ErrPIN)
		require.Empty(t, x.Answer)
	}
}

// A PIN that is too long or too short for an offset is a wrong PIN, and the explanation
// says that its length is why.
func TestVerifyWrongLength(t *testing.T) {
	t.Parallel()
	a := goodAccount(t)
	x, err := explain.Verify(t.Context(), a.key, a.ibm, a.pin, a.pan, []byte("12345"))
	require.ErrorIs(t, err, pinverify.ErrWrongPIN)
	requireSound(t, x)
	require.Equal(t, []string{"4 digits, and the offset has 5: without a check length both have as many"}, wrongs(x))
	require.Equal(t, "wrong PIN", answerOf(x, "answer"))

	a.ibm.CheckLength = 5
	x, err = explain.Verify(t.Context(), a.key, a.ibm, a.pin, a.pan, []byte("12345"))
	require.ErrorIs(t, err, pinverify.ErrWrongPIN)
	require.Equal(t, []string{"4 digits, and the check length is 5"}, wrongs(x))
}

func TestVerifyOtherMethods(t *testing.T) {
	t.Parallel()
	a := goodAccount(t)
	for _, m := range []pinverify.Method{pinverify.GBP{}, pinverify.StoredBlock{}, nil} {
		x, err := explain.Verify(t.Context(), a.key, m, a.pin, a.pan, []byte("1234"))
		require.ErrorIs(t, err, explain.ErrMethod)
		require.Equal(t, explain.Explanation{}, x)
	}
}

// A key that does not answer is its own error.
func TestVerificationCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := goodAccount(t)
	_, err := explain.PVV(ctx, a.key, a.visa, a.pin, a.pan)
	require.ErrorIs(t, err, context.Canceled)
	_, err = explain.Offset(ctx, a.key, a.ibm, a.pin, a.pan)
	require.ErrorIs(t, err, context.Canceled)
	x, err := explain.Verify(ctx, a.key, a.ibm, a.pin, a.pan, []byte(a.reference))
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, x.Answer)
}
