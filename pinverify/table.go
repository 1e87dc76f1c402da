package pinverify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

var (
	// ErrTable is returned for a decimalization table that is not 16 decimal
	// digits, the zero Table included.
	ErrTable = errors.New("pinverify: decimalization table must be 16 decimal digits")
	// ErrTableWeak is returned for a decimalization table with fewer than 8
	// different digits or one digit more than four times.
	ErrTableWeak = errors.New("pinverify: decimalization table is weak: it needs 8 different digits, and none more than four times")

	errMarshal = errors.New("pinverify: a decimalization table or validation data cannot be marshalled")
)

// Table is a decimalization table: a decimal digit for each of the 16 nibbles.
//
// Whoever can choose the table learns a PIN in about 15 verifications (Bond and
// Zieliński, "Decimalisation table attacks for PIN cracking", UCAM-CL-TR-560).
// So a table is treated as a secret, comes from configuration and never from a
// request, and weak ones, which help the attack most, are refused.
//
// Like a [pinblock.PIN] it is a masked word, not comparable with ==, which
// prints as "[decimalization table]" and does not marshal. The zero Table is
// invalid.
type Table struct{ digits veil.Word }

// ParseTable returns the table written in text: 16 decimal digits, the one for
// nibble 0 first. The errors are [ErrTable] and [ErrTableWeak], and do not quote
// the text. What is weak is payShield's rule.
func ParseTable[T string | []byte](text T) (Table, error) {
	w, ok := parseDigits(text)
	if len(text) != 16 || !ok {
		return Table{}, ErrTable
	}
	var times [10]int
	different := 0
	for i := range 16 {
		d := nibble(w, i)
		if times[d]++; times[d] == 1 {
			different++
		}
		if times[d] > 4 {
			return Table{}, ErrTableWeak
		}
	}
	if different < 8 {
		return Table{}, ErrTableWeak
	}
	return Table{veil.Hide(w)}, nil
}

// StandardTable returns the table 0123456789012345, which most issuers use.
func StandardTable() Table { return Table{veil.Hide(0x0123_4567_8901_2345)} }

// IsZero reports whether t is the zero Table, which no method accepts.
func (t Table) IsZero() bool { return veil.IsZero(t.digits) }

// Decimalize returns the n leftmost digits, 4 to 16, of a decimalized cryptogram
// of 8 bytes. It is the last step of the IBM 3624 natural PIN, and so the
// answer is a PIN. Errors are [ErrTable] for the zero Table, [ErrCryptogram], and
// [ErrPIN] for another number of digits.
func (t Table) Decimalize(cryptogram []byte, n int) (pinblock.PIN, error) {
	switch {
	case t.IsZero():
		return pinblock.PIN{}, ErrTable
	case len(cryptogram) != 8:
		return pinblock.PIN{}, ErrCryptogram
	case n < minPIN || n > maxPIN:
		return pinblock.PIN{}, ErrPIN
	}
	return toPIN(t.decimalize(binary.BigEndian.Uint64(cryptogram)), n), nil
}

// decimalize replaces each nibble by its digit. Both are in registers: there is
// no memory access that depends on a nibble.
func (t Table) decimalize(w uint64) uint64 {
	table, digits := veil.Reveal(t.digits), uint64(0)
	for i := range 16 {
		digits = digits<<4 | nibble(table, int(nibble(w, i)))
	}
	return digits
}

// String returns "[decimalization table]".
func (t Table) String() string { return "[decimalization table]" }

// GoString returns what String returns.
func (t Table) GoString() string { return t.String() }

// Format prints what String returns for every verb.
func (t Table) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue returns what String returns.
func (t Table) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText always fails: a table is named in a document, not written in it.
func (t Table) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary always fails, as MarshalText does.
func (t Table) MarshalBinary() ([]byte, error) { return nil, errMarshal }

// UnmarshalText always fails: see [ParseTable], which does not quote what it
// could not read.
func (t *Table) UnmarshalText([]byte) error { return errMarshal }

// UnmarshalBinary always fails, as UnmarshalText does.
func (t *Table) UnmarshalBinary([]byte) error { return errMarshal }
