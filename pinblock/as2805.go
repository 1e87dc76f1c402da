package pinblock

import "github.com/pinion-hsm/pinion/internal/fault"

// AS2805 is AS 2805 format 8, Thales 46: 0 L PIN, random nibbles up to nibble
// 14, F F; or, for no PIN at all, 8 0, twelve random nibbles, F F. It binds no
// PAN by itself. (AS 2805 format 1 is ISO-1.) One public source describes it,
// ISO8583Studio: check it against AS 2805.3 before relying on it.
const AS2805 Format = 30

func init() {
	define(AS2805, layout{
		source: "AS 2805.3 format 8, as ISO8583Studio has it",
		name:   "AS2805-8", size: 8, minPIN: 0, maxPIN: 12,
		field: as2805Field{},
		aliases: []Alias{
			{"AS2805-FORMAT-8", "AS 2805.3"}, {"AS-2805-8", "AS 2805.3"}, {"THALES-46", "Thales payShield"},
		},
	})
}

type as2805Field struct{}

func (as2805Field) fill(n int) (int, alphabet) { return 12 - n, hexFill }

func (as2805Field) encode(_ Format, pin uint64, n int, fill uint64) uint64 {
	random := at(2+n, 12-n)
	control := uint64(0)
	if n == 0 {
		control = 8
	}
	return control<<60 | uint64(n)<<56 | pin>>8&at(2, n) | fill>>(4*uint(2+n))&random | 0xff
}

func (as2805Field) decode(_ Format, w uint64) (uint64, int, fault.Set) {
	n := int(w >> 56 & 0xf)
	control := uint64(0)
	if n == 0 {
		control = 8
	}
	bad := fault.When(w>>60 != control, fault.Control)
	bad |= fault.When(n > 0 && n < MinPINLength, fault.PINLength)
	bad |= fault.When(tenUp(w)&at(2, min(n, 12)) != 0, fault.PINDigits)
	bad |= fault.When(w&0xff != 0xff, fault.Fill)
	return packed(w, 2, n), n, bad
}

func (as2805Field) outline(_ Format, w uint64) outline {
	n := min(int(w>>56&0xf), 12)
	control, lengths := uint64(0), uint16(0x1ff1) // no PIN, or 4 to 12 digits
	if n == 0 {
		control = 8
	}
	return outline{}.add(1, RoleControl, only(control)).add(1, RoleLength, lengths).
		add(n, RolePIN, decimals).add(12-n, RoleRandom, anyNibble).add(2, RoleFill, only(0xf))
}
