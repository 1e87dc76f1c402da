package pinblock

import "github.com/pinion-hsm/pinion/internal/fault"

// controlField is the field of the ISO formats and those modelled on them:
//
//	C L P P P P f f f f f f f f F F
//
// control nibble, length, digits, fill. In an 8-byte block the fill goes to the
// end; ISO-4's field is 8 bytes of this followed by 8 random ones.
type controlField struct {
	control uint64
	fixed   uint64   // the fill nibble, where it is fixed
	random  alphabet // the alphabet it is drawn from, where it is random
}

func (c *controlField) fill(n int) (int, alphabet) {
	if c.random == noFill {
		return 0, noFill
	}
	return 14 - n, c.random
}

func (c *controlField) encode(_ Format, pin uint64, n int, fill uint64) uint64 {
	rest := right(14 - n)
	if c.random == noFill {
		fill = repeat(c.fixed)
	} else {
		fill >>= 4 * uint(2+n)
	}
	return c.control<<60 | uint64(n)<<56 | pin>>8&^rest | fill&rest
}

func (c *controlField) decode(_ Format, w uint64) (uint64, int, fault.Set) {
	n := int(w >> 56 & 0xf)
	rest := right(14 - n)
	bad := fault.When(w>>60 != c.control, fault.Control)
	bad |= fault.When(tenUp(w)&^rest<<8 != 0, fault.PINDigits)
	if c.random == noFill {
		bad |= fault.When((w^repeat(c.fixed))&rest != 0, fault.Fill)
	} else {
		bad |= fault.When(!c.random.holds(w<<(4*uint(2+n)), 14-n), fault.Fill)
	}
	rest = rest<<8 | 0xff // what is right of the last digit in a packed PIN
	return w<<8 | rest, n, bad
}

func (c *controlField) outline(f Format, w uint64) outline {
	n := min(int(w>>56&0xf), 14)
	s := outline{}.add(1, RoleControl, only(c.control)).add(1, RoleLength, f.lengths()).add(n, RolePIN, decimals)
	if c.random == noFill {
		return s.add(14-n, RoleFill, only(c.fixed))
	}
	return s.add(14-n, RoleRandom, c.random.allowed())
}
