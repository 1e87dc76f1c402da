package pinverify

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/pinion-hsm/pinion/pinblock"
)

var (
	// ErrExclusion is returned for an excluded PIN that is not 4 to 12 decimal
	// digits.
	ErrExclusion = errors.New("pinverify: an excluded PIN must be 4 to 12 decimal digits")

	errMarshalExclusions = errors.New("pinverify: a list of excluded PINs cannot be marshalled")
)

// Exclusions is an issuer's list of PINs that it does not take. A PIN is only
// looked up with its length: excluding 2580 does not exclude 25801.
//
// Whoever reads the list knows what not to try, so it is treated as a secret: it
// is behind a func, cannot be compared with ==, prints as "[excluded PINs]" and
// does not marshal. The zero Exclusions hold none. They may be copied, and used
// from many goroutines at once.
type Exclusions struct{ lookUp func(digits uint64) uint64 }

// ParseExclusions returns the list of the given PINs, each 4 to 12 decimal
// digits. The error is [ErrExclusion] with the number of the entry that is none,
// counted from 1; it does not quote the entry.
func ParseExclusions(pins []string) (Exclusions, error) {
	if len(pins) == 0 {
		return Exclusions{}, nil
	}
	list := make(map[uint64]uint64, len(pins))
	for i, pin := range pins {
		digits, ok := parseDigits(pin)
		if !ok || len(pin) < pinblock.MinPINLength || len(pin) > pinblock.MaxPINLength {
			return Exclusions{}, fmt.Errorf("%w: entry %d is not", ErrExclusion, i+1)
		}
		list[digits] = 1
	}
	return Exclusions{func(digits uint64) uint64 { return list[digits] }}, nil
}

// IsZero reports whether the list is empty.
func (e Exclusions) IsZero() bool { return e.lookUp == nil }

// holds returns 1 if the packed PIN is in the list and otherwise 0.
func (e Exclusions) holds(digits uint64) uint64 {
	if e.lookUp == nil {
		return 0
	}
	return e.lookUp(digits)
}

// String returns "[excluded PINs]".
func (e Exclusions) String() string { return "[excluded PINs]" }

// GoString returns what String returns.
func (e Exclusions) GoString() string { return e.String() }

// Format prints what String returns for every verb.
func (e Exclusions) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// LogValue returns what String returns.
func (e Exclusions) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalText always fails: a list written as "[excluded PINs]" would be lost
// without a word, and one written out would be worse.
func (e Exclusions) MarshalText() ([]byte, error) { return nil, errMarshalExclusions }

// MarshalBinary always fails, as MarshalText does.
func (e Exclusions) MarshalBinary() ([]byte, error) { return nil, errMarshalExclusions }

// UnmarshalText always fails: see [ParseExclusions], which does not quote what
// it could not read.
func (e *Exclusions) UnmarshalText([]byte) error { return errMarshalExclusions }

// UnmarshalBinary always fails, as UnmarshalText does.
func (e *Exclusions) UnmarshalBinary([]byte) error { return errMarshalExclusions }
