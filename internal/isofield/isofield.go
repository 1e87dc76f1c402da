// Package isofield looks for faults in many clear PIN fields at once: fields of 8
// bytes with a control nibble, a length, digits and a fill, as those of ISO 9564-1
// formats 0 to 3 are.
//
//	C L P P P P f f f f f f f f F F
//
// It neither branches nor looks anything up by a digit. Of several fields it only says
// whether all are good; whoever wants to know which is not, looks at them one by one.
//
// It is the second way to read such a field. The first one, a field at a time and in
// plain words, is package pinblock's, whose tests hold the two together.
package isofield

import "encoding/binary"

// Rules say what a good field is. All of them are words, so that a field is judged by
// arithmetic alone.
type Rules struct {
	Control  uint64 // the control nibble, as the left one of a byte
	Shortest uint64 // PIN, in digits
	Longest  uint64
	Fixed    uint64 // the fill nibble in all places, where it is fixed
	IsFixed  uint64 // all ones if it is
	IsAF     uint64 // all ones if each fill nibble is A to F
	Account  uint64 // ones where the field is combined with account digits, at their place
	Digits   uint64 // how many the account number needs at least
	Most     uint64 // and at most
}

// nibble has bit 3 of every nibble, which only digits of 8 and more have.
const nibble = 0x8888_8888_8888_8888

// Look looks at fields of 8 bytes, each exclusive-or the digits of its account. For
// each there are two words in accounts: in the first, from bit 12 on, how many digits
// it has; in the second the rightmost 16 of them. short is zero if every account has
// as many as it needs, bad if every field is good.
//
// There must be two words for 8 bytes.
func Look(r *Rules, fields []byte, accounts []uint64) (short, bad uint64) {
	return lookBy(wide, r, fields, accounts)
}

// lookBy is Look on a machine so wide.
func lookBy(wide int, r *Rules, fields []byte, accounts []uint64) (short, bad uint64) {
	accounts = accounts[:len(fields)/8*2]
	done, short, bad := lookWide(wide, r, fields, accounts)
	s, b := look(*r, fields[8*done:], accounts[2*done:])
	return short | s, bad | b
}

// look is Look, a word at a time. The two loops need so few words each that these stay
// in registers.
func look(r Rules, fields []byte, accounts []uint64) (short, bad uint64) {
	for i := 0; i < len(accounts); i += 2 {
		short |= out(accounts[i]>>12, r.Digits, r.Most)
	}
	for i := 1; i < len(accounts) && len(fields) >= 8; i += 2 {
		w := binary.BigEndian.Uint64(fields) ^ accounts[i]>>4&r.Account
		fields = fields[8:]
		n := w>>56 ^ r.Control // the control nibble drops out, and leaves the length, or much more
		bad |= out(n, r.Shortest, r.Longest) | r.nibbles(w, ^uint64(0)>>((8+4*n)&63))
	}
	return short, bad
}

// out is zero if n is from least to most, which are much smaller than 2^63.
func out(n, least, most uint64) uint64 { return ((n - least) | (most - n)) >> 63 }

// nibbles is zero if the nibbles in rest are fill, and those between the second and
// them are digits.
func (r *Rules) nibbles(w, rest uint64) uint64 {
	ten := w & (w<<1 | w<<2) & nibble // bit 3 of every nibble that is 10 or more
	fill := (w^r.Fixed)&r.IsFixed | (ten^nibble)&r.IsAF
	return ten&^rest<<8 | fill&rest
}
