package pinblock

import "github.com/pinion-hsm/pinion/internal/fault"

// lengthField is the field of three formats with six positions for the PIN:
//
//	L P P P P z z D D D D D D D D D
//
// length 4 to 6, digits, zeros up to six, and nine nibbles: one decimal pad
// digit repeated (VISA-2), or random ones (ECI-3, Docutel).
type lengthField struct{ random alphabet }

func (l lengthField) fill(int) (int, alphabet) {
	if l.random == noFill {
		return 0, noFill
	}
	return 9, l.random
}

func (l lengthField) encode(f Format, pin uint64, n int, fill uint64) uint64 {
	if l.random == noFill {
		pad, _ := f.padOr(0)
		fill = repeat(uint64(pad))
	}
	return uint64(n)<<60 | pin>>4&at(1, n) | fill>>28
}

func (l lengthField) decode(f Format, w uint64) (uint64, int, fault.Set) {
	n := int(w >> 60)
	bad := fault.When(tenUp(w)&at(1, min(n, 6)) != 0, fault.PINDigits)
	bad |= fault.When(w&at(1+n, 6-n) != 0, fault.ZeroFill)
	if l.random == noFill {
		pad, set := f.padOr(byte(w & 0xf))
		bad |= fault.When((w^repeat(uint64(pad)))&right(9) != 0 || !set && pad > 9, fault.Fill)
	} else {
		bad |= fault.When(!l.random.holds(w<<28, 9), fault.Fill)
	}
	return packed(w, 1, n), n, bad
}

func (l lengthField) outline(f Format, w uint64) outline {
	n := min(int(w>>60), 6)
	s := outline{}.add(1, RoleLength, f.lengths()).add(n, RolePIN, decimals).add(6-n, RoleFill, only(0))
	if l.random != noFill {
		return s.add(9, RoleRandom, l.random.allowed())
	}
	pad, set := f.padOr(byte(w & 0xf))
	if !set && pad > 9 {
		return s.add(9, RoleFill, decimals)
	}
	return s.add(9, RoleFill, only(uint64(pad)))
}
