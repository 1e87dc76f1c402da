package pinblock

import (
	"math/bits"

	"github.com/pinion-hsm/pinion/internal/fault"
)

// padField is the field of the formats without a length nibble:
//
//	S S S S P P P P X X X X X X X X
//
// a sequence number in some, digits, and one pad digit repeated to the end. The
// end of the PIN is found by one of IBM's extraction methods.
type padField struct {
	sequence  int  // nibbles of sequence number before the PIN
	delimiter bool // VISA-3: one F stands between the PIN and the pad digits
	exclusive bool // the pad digit does not occur in the PIN
	pad       byte // the pad digit where there is no choice, else 0
}

func (padField) fill(int) (int, alphabet) { return 0, noFill }

func (p padField) encode(f Format, pin uint64, n int, _ uint64) uint64 {
	pad, _ := f.padOr(0xf)
	end := n // where the pad digits begin
	if p.delimiter {
		end++ // a packed PIN has F there already
	}
	rest := right(16 - end)
	w := pin&^rest | repeat(uint64(pad))&rest
	seq := f.sequence() << (64 - 4*uint(p.sequence))
	return seq | w>>(4*uint(p.sequence))
}

func (p padField) decode(f Format, w uint64) (uint64, int, fault.Set) {
	w <<= 4 * uint(p.sequence)
	room := 16 - p.sequence // nibbles of PIN and pad
	n, pad, bad := p.end(f, w, room)
	tail := n
	if p.delimiter {
		bad |= fault.When(w&at(n, 1) != at(n, 1), fault.PINDigits)
		tail++
	}
	bad |= fault.When(tenUp(w)&at(0, n) != 0, fault.PINDigits)
	bad |= fault.When((w^repeat(uint64(pad)))&at(tail, room-tail) != 0, fault.Fill)
	if p.exclusive {
		same := ^nonZero(w ^ repeat(uint64(pad)))
		bad |= fault.When(same&at(0, n) != 0, fault.PadInPIN)
	}
	return packed(w, 0, n), n, bad
}

// end returns how many digits the PIN has and what the pad digit is.
func (p padField) end(f Format, w uint64, room int) (n int, pad byte, bad fault.Set) {
	last := byte(w >> (64 - 4*uint(room)) & 0xf)
	pad, set := f.padOr(last)
	if p.pad != 0 {
		pad, set = p.pad, true
	}
	method := f.extraction()
	switch {
	case method == PINLength:
		return f.pinLength(), pad, 0
	case method == HexDigit || p.delimiter:
		n = min(bits.LeadingZeros64(tenUp(w))/4, room)
		if !p.delimiter && !set && n < room {
			pad = byte(w >> (60 - 4*uint(n)) & 0xf)
		}
		return n, pad, 0
	}
	// PadDigit and PadExist differ in where the pad digit comes from.
	differs := nonZero(w^repeat(uint64(pad))) & at(0, room)
	run := (bits.TrailingZeros64(differs|1<<63) - 4*(16-room)) / 4
	if differs == 0 {
		run = room
	}
	// A decimal last nibble may be pad or PIN: there is no telling, unless a PIN
	// never holds its pad digit.
	return room - run, pad, fault.When(!set && !p.exclusive && pad <= 9, fault.Ambiguous)
}

func (p padField) outline(f Format, w uint64) outline {
	room := 16 - p.sequence
	n, pad, bad := p.end(f, w<<(4*uint(p.sequence)), room)
	l := layouts[f&layoutBits]
	digit, rest := decimals, only(uint64(pad))
	if p.exclusive {
		digit &^= rest
	}
	if bad != 0 || n > l.maxPIN && f.extraction() == HexDigit {
		rest = letters // a digit there is one too many, or cannot be told from the PIN
	}
	n = min(max(n, l.minPIN), l.maxPIN)
	s := outline{}.add(p.sequence, RoleSequence, anyNibble).add(n, RolePIN, digit)
	if p.delimiter {
		s = s.add(1, RoleFill, only(0xf))
	}
	return s.add(16-len(s), RoleFill, rest)
}
