package diagnose

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/luhn"
)

// mask is a way of combining an 8-byte PIN field with account digits.
type mask struct {
	step
	word  uint64
	bound bool // account digits were used, or should have been
	visa4 bool // what makes of ISO-0 the format VISA-4
}

// masks returns what a PIN field may have been combined with.
func masks(pans []account) []mask {
	var out []mask
	add := func(m mask) {
		for _, o := range out {
			if o.word == m.word && o.bound == m.bound {
				return
			}
		}
		out = append(out, m)
	}
	for _, a := range pans {
		for _, m := range a.masks() {
			m.bits += a.bits
			m.bound = true
			add(m)
		}
	}
	add(mask{step: step{
		what: "without a PAN (twelve zeros in its place)",
		fix:  "The other side leaves out the PAN: give it the PAN, or use a format that binds none.",
		bits: 3,
	}, bound: true})
	return append(out, mask{})
}

// masks returns what may be made of one account number.
func (a account) masks() []mask {
	d := a.digits
	n := len(d)
	if n < 12 {
		return []mask{
			{step: step{
				what: "for " + a.name + ", which is short, filled up with zeros on the left",
				fix:  "Agree on what is done with a PAN of fewer than 13 digits: these formats are not made for it.",
				bits: 3,
			}, word: word(d)},
		}
	}
	withoutIt := step{
		what: "for " + a.name + " taken as a number that has no check digit",
		fix:  "The number given has no check digit: give the whole PAN with its check digit (" + withCheckDigit(d) + " if the rest is right).",
		bits: 2,
	}
	if n == 12 {
		return []mask{{step: withoutIt, word: word(d)}}
	}
	checkIn := step{
		what: "for the rightmost twelve digits of " + a.name + " with the check digit among them",
		fix:  "The check digit must be left out: the twelve digits are those before it.",
		bits: 3,
	}
	if !luhn.Valid(d) { // then it is likelier that the number given has no check digit
		checkIn = withoutIt
		checkIn.fix += " If it is whole, the other side must leave the check digit out."
		checkIn.bits = 3
	}
	first := step{what: a.described()}
	last := d[max(0, n-16):]
	return []mask{
		{step: first, word: word(d[n-13 : n-1])},
		{step: checkIn, word: word(d[n-12:])},
		{step: step{
			what: "for the leftmost twelve digits of " + a.name,
			fix:  "The twelve digits are the rightmost ones before the check digit.",
			bits: 4,
		}, word: word(d[:12]), visa4: true},
		{step: step{
			what: "for the digits of " + a.name + " moved to the left edge of the block",
			fix:  "The twelve account digits belong to the right edge of the block, after four zeros.",
			bits: 7,
		}, word: word(d[n-13:n-1]) << 16},
		{step: step{
			what: "for up to sixteen digits of " + a.name + " instead of twelve",
			fix:  "Only the twelve rightmost digits before the check digit are used, after four zeros.",
			bits: 6,
		}, word: word(last)},
		{step: step{
			what: "for the digits of " + a.name + " before the check digit, up to sixteen instead of twelve",
			fix:  "Only the twelve rightmost digits before the check digit are used, after four zeros.",
			bits: 6,
		}, word: word(d[max(0, n-17) : n-1])},
	}
}

// word returns up to 16 digits, right justified.
func word(digits string) uint64 {
	var w uint64
	for i := range len(digits) {
		w = w<<4 | uint64(digits[i]-'0')
	}
	return w
}

// xor returns an 8-byte block combined with a mask.
func xor(block []byte, w uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(block)^w)
}
