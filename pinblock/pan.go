package pinblock

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pinion-hsm/pinion/internal/veil"
)

// MaxPANLength is the most digits a primary account number has, ISO/IEC 7812-1.
const MaxPANLength = 19

// PAN is a whole primary account number: 1 to 19 decimal digits, with its check
// digit. The formats cut from it what they need, so there is no account number
// with the check digit already removed to be mistaken for it.
//
// Like a [PIN] it is a value without a heap, masked, not comparable with ==,
// and does not marshal. It prints as at most its first six and last four digits.
// The zero PAN stands for "none": formats that bind no PAN take it.
type PAN struct {
	hi veil.Word // length << 12 | the digits left of the 16 rightmost
	lo veil.Word // the 16 rightmost digits
}

// Errors about a PAN. Neither quotes it.
var (
	ErrPAN       = errors.New("pinblock: PAN must be 1 to 19 decimal digits")
	ErrPANLength = errors.New("pinblock: PAN is too short for this format: give the whole PAN with its check digit")
)

// ParsePAN returns the PAN written in text: 1 to 19 decimal digits '0' to '9',
// no spaces. The error is [ErrPAN], which does not quote the text. The check
// digit is not verified: test PANs often have a wrong one.
func ParsePAN[T string | []byte](text T) (PAN, error) {
	if len(text) < 1 || len(text) > MaxPANLength {
		return PAN{}, ErrPAN
	}
	var hi, lo uint64
	bad := byte(0)
	for i := range len(text) {
		d := text[i] - '0'
		bad |= d&0xf0 | (d+6)&0xf0
		hi = hi<<4 | lo>>60
		lo = lo<<4 | uint64(d&0xf)
	}
	if bad != 0 {
		return PAN{}, ErrPAN
	}
	return PAN{veil.Hide(uint64(len(text))<<12 | hi&0xfff), veil.Hide(lo)}, nil
}

// IsZero reports whether p is the zero PAN.
func (p PAN) IsZero() bool { return veil.IsZero(p.lo) }

// Len returns the number of digits, 0 for the zero PAN.
func (p PAN) Len() int {
	if p.IsZero() {
		return 0
	}
	return int(veil.Reveal(p.hi) >> 12)
}

// Equal reports whether p and q are the same digits. The zero PAN equals
// nothing, itself included.
func (p PAN) Equal(q PAN) bool {
	if p.IsZero() || q.IsZero() {
		return false
	}
	return (veil.Reveal(p.hi)^veil.Reveal(q.hi))|(veil.Reveal(p.lo)^veil.Reveal(q.lo)) == 0
}

// words returns the length, and the digits right justified in two words.
func (p PAN) words() (n int, hi, lo uint64) {
	hi = veil.Reveal(p.hi)
	return int(hi >> 12), hi & 0xfff, veil.Reveal(p.lo)
}

// right12 returns the twelve rightmost digits without the check digit. The PAN
// must have at least 13 digits for it to be whole.
func (p PAN) right12() uint64 { return veil.Reveal(p.lo) >> 4 & 0xffff_ffff_ffff }

// left12 returns the twelve leftmost digits. The PAN must have at least 13
// digits, so that the check digit is not among them.
func (p PAN) left12() uint64 {
	n, hi, lo := p.words()
	drop := 4 * uint(n-12) // 4 to 28: hi holds 12 bits, lo the other 64
	return (lo>>drop | hi<<(64-drop)) & 0xffff_ffff_ffff
}

// digits returns the PAN as text. It must not leave the package.
func (p PAN) digits() string {
	n, hi, lo := p.words()
	var b [MaxPANLength]byte
	for i := MaxPANLength - 1; i >= 0; i-- {
		b[i] = '0' + byte(lo&0xf)
		lo = lo>>4 | hi<<60
		hi >>= 4
	}
	return string(b[MaxPANLength-n:])
}

// String returns the PAN with only its first six and last four digits readable,
// or fewer where that would leave fewer than three hidden, PCI DSS 3.4.1.
func (p PAN) String() string {
	if p.IsZero() {
		return "[no PAN]"
	}
	n, d := p.Len(), p.digits()
	switch {
	case n >= 13:
		return d[:6] + strings.Repeat("*", n-10) + d[n-4:]
	case n >= 8:
		return strings.Repeat("*", n-4) + d[n-4:]
	default:
		return strings.Repeat("*", n)
	}
}

// GoString returns what String returns.
func (p PAN) GoString() string { return p.String() }

// Format prints what String returns for every verb.
func (p PAN) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue returns what String returns.
func (p PAN) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText always fails: a masked PAN would be lost without a word, and a
// whole one would be in a document nobody thought about.
func (p PAN) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (p PAN) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails. See [ParsePAN].
func (p *PAN) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails. See [ParsePAN].
func (p *PAN) UnmarshalBinary([]byte) error { return errMarshal }

// Veiled returns the digits, hidden and right justified: in hi the length
// shifted left by 12 and the digits left of the 16 rightmost, in lo those. It
// is for the packages of this module; nobody else can look inside.
func (p PAN) Veiled() (hi, lo veil.Word) { return p.hi, p.lo }
