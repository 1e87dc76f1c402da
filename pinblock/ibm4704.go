package pinblock

import "github.com/pinion-hsm/pinion/internal/fault"

// IBM4704 is the format of the IBM 4704 encrypting PIN pad: length, PIN, F up
// to nibble 14, and a sequence number of two nibbles ([Format.WithSequence]).
// Source: IBM CCA, "PIN block formats".
const IBM4704 Format = 26

func init() {
	define(IBM4704, layout{
		source: "IBM CCA, PIN block formats",
		name:   "IBM-4704-EPP", size: 8, minPIN: 4, maxPIN: 12,
		pads: 1 << 0xf, seqMax: 0xff,
		field:   ibm4704Field{},
		aliases: []Alias{{"IBM-4704", "IBM"}, {"4704-EPP", "IBM CCA"}, {"IBM4704", "short form"}},
	})
}

type ibm4704Field struct{}

func (ibm4704Field) fill(int) (int, alphabet) { return 0, noFill }

func (ibm4704Field) encode(f Format, pin uint64, n int, _ uint64) uint64 {
	return uint64(n)<<60 | pin>>4&^0xff | f.sequence()
}

func (ibm4704Field) decode(_ Format, w uint64) (uint64, int, fault.Set) {
	n := int(w >> 60)
	bad := fault.When(tenUp(w)&at(1, min(n, 13)) != 0, fault.PINDigits)
	bad |= fault.When(^w&at(1+n, 13-n) != 0, fault.Fill)
	return packed(w, 1, n), n, bad
}

func (ibm4704Field) outline(f Format, w uint64) outline {
	n := min(int(w>>60), 13)
	return outline{}.add(1, RoleLength, f.lengths()).add(n, RolePIN, decimals).
		add(13-n, RoleFill, only(0xf)).add(2, RoleSequence, anyNibble)
}
