// Package fault names what can be wrong with a clear PIN block. Outside test
// data these names never leave the process: each would be an answer to a
// question about the PIN.
package fault

import "strings"

// Set is a set of faults. The zero Set is a good block.
type Set uint16

// The faults, by the names that the test vectors use.
const (
	Control   Set = 1 << iota // first nibble is not the control field of the format
	PINLength                 // length outside the range of the format
	PINDigits                 // a PIN nibble is not a decimal digit
	Fill                      // a fill nibble is not one the format allows
	ZeroFill                  // a position fixed as zero is not zero
	PadInPIN                  // the pad digit occurs before the run of pad digits
	Ambiguous                 // the pad cannot be told from the PIN
)

var names = []struct {
	set        Set
	name, text string
}{
	{Control, "control-nibble", "the first nibble is not the control nibble of the format"},
	{PINLength, "pin-length", "the PIN length is outside the range of the format"},
	{PINDigits, "pin-digits", "a PIN nibble is not a decimal digit"},
	{Fill, "fill", "a fill nibble is not one the format allows"},
	{ZeroFill, "zero-fill", "a position that must be zero is not"},
	{PadInPIN, "pad-in-pin", "the pad digit occurs inside the PIN"},
	{Ambiguous, "ambiguous", "the pad is a decimal digit and cannot be told from the PIN: give the PIN length"},
}

// When returns s if cond, without a branch on cond that the compiler cannot
// turn into a move.
func When(cond bool, s Set) Set {
	if cond {
		return s
	}
	return 0
}

// Reasons returns the names of the faults in s.
func (s Set) Reasons() []string {
	var r []string
	for _, n := range names {
		if s&n.set != 0 {
			r = append(r, n.name)
		}
	}
	return r
}

// Texts says in words what each of the Reasons means, in their order.
func (s Set) Texts() []string {
	var r []string
	for _, n := range names {
		if s&n.set != 0 {
			r = append(r, n.text)
		}
	}
	return r
}

// String says in words what is wrong.
func (s Set) String() string {
	if s == 0 {
		return "no fault"
	}
	return strings.Join(s.Texts(), "; ")
}
