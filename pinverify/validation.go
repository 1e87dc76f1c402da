package pinverify

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

var (
	// ErrValidation is returned for validation data that is not as its method
	// needs it, the zero Validation included.
	ErrValidation = errors.New("pinverify: validation data must be 1 to 16 digits cut from the PAN, or 16 hex digits")
	// ErrPad is returned for a pad character that is not one hex digit.
	ErrPad = errors.New("pinverify: validation data pad must be one hex digit")
)

// Validation says what 16 nibbles the IBM methods encipher for an account: a
// part of the PAN ([ValidationFromPAN]), or data that the caller has put
// together ([FixedValidation]). The zero Validation is invalid.
//
// Fixed data often holds account digits: it is masked, prints as
// "[validation data]" and does not marshal.
type Validation struct {
	hi, lo         veil.Word // fixed data, eight nibbles each
	offset, length int       // or what to cut from the PAN
	pad            byte
}

// ValidationFromPAN returns validation data cut from the whole PAN: length
// digits, 1 to 16, after the first offset digits from the left, filled up on the
// right with the nibble pad, 0x0 to 0xF. Settings out of range are reported by
// [Validation.Check], and a PAN with too few digits by the operation.
func ValidationFromPAN(offset, length int, pad byte) Validation {
	return Validation{offset: offset, length: length, pad: pad}
}

// FixedValidation returns validation data written as 16 hex digits, for schemes
// that do more than cut it from the PAN: it is for one account and ignores the
// PAN. The error is [ErrValidation], which does not quote the text.
func FixedValidation[T string | []byte](text T) (Validation, error) {
	if len(text) != 16 {
		return Validation{}, ErrValidation
	}
	var w uint64
	for i := range len(text) {
		d, ok := hexDigit(text[i])
		if !ok {
			return Validation{}, ErrValidation
		}
		w = w<<4 | uint64(d)
	}
	// In two halves, because veil wants a top nibble that is no A to E.
	return Validation{hi: veil.Hide(w >> 32), lo: veil.Hide(w & 0xffff_ffff)}, nil
}

// ParsePad returns the pad nibble written as one hex digit of either case. The
// error is [ErrPad].
func ParsePad(text string) (byte, error) {
	if len(text) != 1 {
		return 0, ErrPad
	}
	d, ok := hexDigit(text[0])
	if !ok {
		return 0, ErrPad
	}
	return d, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// Cut returns what [ValidationFromPAN] was given. For fixed data ok is false.
func (v Validation) Cut() (offset, length int, pad byte, ok bool) {
	return v.offset, v.length, v.pad, !v.fixed()
}

func (v Validation) fixed() bool { return !veil.IsZero(v.hi) }

// Check reports a length or an offset that no PAN has, [ErrValidation], or a pad
// that is no nibble, [ErrPad].
func (v Validation) Check() error {
	switch {
	case v.fixed():
		return nil
	case v.length < 1 || v.length > 16 || v.offset < 0 || v.offset > pinblock.MaxPANLength-v.length:
		return ErrValidation
	case v.pad > 0xf:
		return ErrPad
	}
	return nil
}

// data returns the 16 nibbles for an account, after Check.
func (v Validation) data(pan pinblock.PAN) (uint64, error) {
	if v.fixed() {
		return veil.Reveal(v.hi)<<32 | veil.Reveal(v.lo), nil
	}
	if pan.Len() < v.offset+v.length {
		return 0, ErrPAN
	}
	pads := uint64(v.pad) * 0x1111_1111_1111_1111
	return panCut(pan, v.offset, v.length) | pads&rest(v.length), nil
}

// String says where the data comes from, like "PAN digits 1 to 11, pad 0"; it
// returns "[validation data]" for fixed data.
func (v Validation) String() string {
	if v.fixed() {
		return "[validation data]"
	}
	return fmt.Sprintf("PAN digits %d to %d, pad %X", v.offset+1, v.offset+v.length, v.pad)
}

// GoString returns what String returns.
func (v Validation) GoString() string { return v.String() }

// Format prints what String returns for every verb.
func (v Validation) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// LogValue returns what String returns.
func (v Validation) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalText always fails: the data would be lost without a word.
func (v Validation) MarshalText() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails: see [FixedValidation], which does not quote what
// it could not read.
func (v *Validation) UnmarshalText([]byte) error { return errMarshal }
