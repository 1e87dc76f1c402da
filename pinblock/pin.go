package pinblock

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"math/bits"

	"github.com/pinion-hsm/pinion/internal/veil"
)

// The length of a cardholder PIN in digits, ISO 9564-1:2017 8.1.
const (
	MinPINLength = 4
	MaxPINLength = 12
)

// PIN is a cardholder's PIN: 4 to 12 decimal digits. (Test data made through
// pinblock/clear may have 0 to 16, which some formats older than ISO 9564 hold.)
//
// A PIN is a value of eight bytes: its digits, packed in a word and masked with
// a random number of this process. It needs no heap, cannot be compared with
// ==, prints as noise even where fmt ignores methods, and refuses to be
// marshalled. The zero PIN is invalid.
type PIN struct{ digits veil.Word }

var (
	// ErrPIN is returned for a PIN that is not 4 to 12 decimal digits.
	ErrPIN = errors.New("pinblock: PIN must be 4 to 12 decimal digits")

	errMarshal = errors.New("pinblock: a PIN or PAN cannot be marshalled; name what you want to store")
)

// fillF is a word of F nibbles: what is right of a packed PIN's last digit.
const fillF = 0xffff_ffff_ffff_ffff

// ParsePIN returns the PIN written in text, 4 to 12 decimal digits '0' to '9'.
// The error is [ErrPIN], which does not quote the text. The caller still owns
// text, and should clear it.
func ParsePIN[T string | []byte](text T) (PIN, error) {
	if len(text) < MinPINLength || len(text) > MaxPINLength {
		return PIN{}, ErrPIN
	}
	return packPIN(text)
}

// packPIN packs up to 16 digits: left justified in the word, F right of them.
func packPIN[T string | []byte](text T) (PIN, error) {
	if len(text) > 16 {
		return PIN{}, ErrPIN
	}
	w, bad := uint64(fillF), byte(0)
	for i := range len(text) {
		d := text[i] - '0' // '0' to '9' only: a Unicode digit is not a digit here
		bad |= d & 0xf0
		bad |= (d + 6) & 0xf0 // 10 to 15 carry into the high nibble
		shift := 60 - 4*i
		w = w&^(0xf<<shift) | uint64(d&0xf)<<shift
	}
	if bad != 0 {
		return PIN{}, ErrPIN
	}
	return PIN{veil.Hide(w)}, nil
}

// IsZero reports whether p is the zero PIN, which no operation accepts.
func (p PIN) IsZero() bool { return veil.IsZero(p.digits) }

// Len returns the number of digits, which is not secret: every ISO block but
// format 4's states it in its first byte. The zero PIN has none.
func (p PIN) Len() int {
	if p.IsZero() {
		return 0
	}
	return packedLen(veil.Reveal(p.digits))
}

// packedLen counts the nibbles before the first F.
func packedLen(w uint64) int {
	f := w & (w >> 1) & (w >> 2) & (w >> 3) & 0x1111_1111_1111_1111
	return bits.LeadingZeros64(f) / 4
}

// Equal reports whether p and q are the same PIN, in constant time. The zero
// PIN equals nothing, itself included.
func (p PIN) Equal(q PIN) bool {
	if p.IsZero() || q.IsZero() {
		return false
	}
	x := veil.Reveal(p.digits) ^ veil.Reveal(q.digits)
	return subtle.ConstantTimeEq(int32(x>>32), 0)&subtle.ConstantTimeEq(int32(x), 0) == 1
}

// String returns "[PIN]".
func (p PIN) String() string { return "[PIN]" }

// GoString returns "[PIN]".
func (p PIN) GoString() string { return "[PIN]" }

// Format prints "[PIN]" for every verb.
func (p PIN) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[PIN]")) }

// LogValue returns "[PIN]".
func (p PIN) LogValue() slog.Value { return slog.StringValue("[PIN]") }

// MarshalText always fails: a PIN written as "[PIN]" would be lost without a
// word, and one written out would be worse.
func (p PIN) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (p PIN) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails: a PIN does not come from a document by way of a
// decoder that quotes what it could not read. See [ParsePIN].
func (p *PIN) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails, as UnmarshalText does.
func (p *PIN) UnmarshalBinary([]byte) error { return errMarshal }

// Veiled returns the packed digits, hidden: left justified, F right of the
// last one. It is for the packages of this module; nobody else can look inside.
func (p PIN) Veiled() veil.Word { return p.digits }

// VeiledPIN undoes Veiled. It is for the packages of this module.
func VeiledPIN(digits veil.Word) PIN { return PIN{digits} }
