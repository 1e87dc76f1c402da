package testvectors

import (
	"errors"
	"maps"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// What this package itself finds in the text of an input, before the library
// sees it. Values are not in these errors, though they might be: the vector is
// named, and has them.
var (
	errNotHex      = errors.New("not hex digits")
	errBlockLength = errors.New("an odd number of hex digits is no block")
	errPad         = errors.New("pad is not one hex digit")
	errSeq         = errors.New("sequence number is not 1 to 4 hex digits")
	errUDK         = errors.New("UDK-A is not 16 hex digits")
	errPVKI        = errors.New("PVKI is not one decimal digit")
	errOtherPAN    = errors.New("a translation cannot change the PAN")
)

// refusals are the errors that refuse an input, and the reasons that a vector
// may give for them. There are several where the library's error is wider than
// the vectors' reason: "PAN must be 1 to 19 decimal digits" is both pan-length and
// pan-digits. An error that is not here does not refuse an input.
var refusals = []struct {
	err     error
	reasons []string
}{
	{errNotHex, []string{"not-hex"}},
	{errBlockLength, []string{"block-length"}},
	{errPad, []string{"pad"}},
	{errSeq, []string{"seq"}},
	{errUDK, []string{"udk"}},
	{errPVKI, []string{"pvki"}},
	{errOtherPAN, []string{"policy", "pan"}},

	{pinblock.ErrPIN, []string{"pin", "pin-digits", "pin-length"}},
	{clear.ErrPIN, []string{"pin", "pin-digits", "pin-length"}},
	{pinblock.ErrPINLength, []string{"pin", "pin-length"}},
	{pinblock.ErrPAN, []string{"pan", "pan-digits", "pan-length"}},
	{pinblock.ErrPANLength, []string{"pan", "pan-length"}},
	{pinblock.ErrFill, []string{"fill", "padding"}},
	{pinblock.ErrPad, []string{"pad"}},
	{pinblock.ErrPadInPIN, []string{"pad-in-pin"}},
	{pinblock.ErrAmbiguous, []string{"ambiguous"}},
	{pinblock.ErrBlockSize, []string{"block-length"}},
	{pinblock.ErrKeySize, []string{"key-type", "key-length"}},
	{pinblock.ErrCardKey, []string{"udk"}},
	{pinblock.ErrFormat, []string{"format", "seq"}},

	{keys.ErrWeak, []string{"key-weak"}},
	{keys.ErrKeySize, []string{"key-length"}},
	{cleartext.ErrHex, []string{"not-hex", "key-length"}},
	{keys.ErrKCVMethod, []string{"kcv-method"}},
	{keys.ErrKCVLength, []string{"kcv-length"}},
	{keys.ErrComponentCount, []string{"component-count"}},
	{keys.ErrComponentLength, []string{"component-length"}},
	{keys.ErrUsage, []string{"key-usage"}},

	{dukpt.ErrKSN, []string{"ksn-length", "not-hex"}},
	{dukpt.ErrScheme, []string{"ksn-length", "key-type"}},
	{dukpt.ErrCounterZero, []string{"counter-zero"}},
	{dukpt.ErrCounterBits, []string{"counter-bits"}},
	{dukpt.ErrEndOfLife, []string{"end-of-life"}},
	{dukpt.ErrStrength, []string{"key-strength"}},
	{dukpt.ErrPurpose, []string{"key-usage"}},
	{dukpt.ErrAlgorithm, []string{"key-type"}},
	{dukpt.ErrDataSize, []string{"data-length"}},

	{keyblock.ErrMAC, []string{"mac", "key-length-field"}}, // the two are one on purpose
	{keyblock.ErrKBPK, []string{"kbpk-length"}},
	{keyblock.ErrKeySize, []string{"key-length"}},
	{keyblock.ErrPadding, []string{"padding"}},
	{keyblock.ErrTooLong, []string{"length"}},

	{pinverify.ErrPIN, []string{"pin", "pin-length"}},
	{pinverify.ErrPAN, []string{"pan", "pan-length"}},
	{pinverify.ErrReference, []string{"offset", "pvv"}},
	{pinverify.ErrIndex, []string{"pvki"}},
	{pinverify.ErrTable, []string{"table"}},
	{pinverify.ErrTableWeak, []string{"table-weak"}},
	{pinverify.ErrValidation, []string{"validation", "pan"}}, // cut from outside of any PAN
	{pinverify.ErrValidationDigits, []string{"validation"}},
	{pinverify.ErrPad, []string{"pad"}},
	{pinverify.ErrCheckLength, []string{"offset"}},
	{pinverify.ErrCryptogram, []string{"block-length"}},
	{pinverify.ErrKey, []string{"key-type"}},

	{hsm.ErrPolicy, []string{"policy"}},
	{hsm.ErrKeyUsage, []string{"key-usage"}},
}

// blockReasons are what pinblock.ErrBlock may mean. A device does not say which,
// and neither does the library outside pinblock/clear.
var blockReasons = []string{"ambiguous", "control-nibble", "fill", "pad-in-pin", "pin-digits", "pin-length", "zero-fill"}

// reasonsOf returns every reason why an input was refused, sorted; none if the
// error does not refuse an input.
func reasonsOf(err error) []string {
	found := map[string]bool{}
	collect := func(reasons []string) {
		for _, r := range reasons {
			found[r] = true
		}
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			collect(r.reasons)
		}
	}
	for _, name := range fieldsOf(err) {
		collect(fieldReasons[name])
	}
	var explained *clear.Error
	switch {
	case errors.As(err, &explained):
		collect(explained.Reasons())
	case errors.Is(err, pinblock.ErrBlock):
		collect(blockReasons)
	}
	return slices.Sorted(maps.Keys(found))
}

// fieldsOf returns the fields of a key block that an error says are malformed. It
// looks into joined errors, of which errors.As would find the first.
func fieldsOf(err error) []string {
	switch e := err.(type) {
	case *keyblock.FieldError:
		return []string{e.Field}
	case interface{ Unwrap() []error }:
		var fields []string
		for _, one := range e.Unwrap() {
			fields = append(fields, fieldsOf(one)...)
		}
		return fields
	case interface{ Unwrap() error }:
		return fieldsOf(e.Unwrap())
	}
	return nil
}
