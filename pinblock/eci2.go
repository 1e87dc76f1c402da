package pinblock

import "github.com/pinion-hsm/pinion/internal/fault"

// ECI2 is the ECI-2 (Eurocheque International) format: exactly four PIN digits
// and twelve random nibbles. Source: IBM CCA, "PIN block formats".
const ECI2 Format = 19

func init() {
	define(ECI2, layout{
		source: "IBM CCA, PIN block formats",
		name:   "ECI-2", size: 8, minPIN: 4, maxPIN: 4,
		field:   eci2Field{},
		aliases: []Alias{{"ECI2", "short form"}},
	})
}

type eci2Field struct{}

func (eci2Field) fill(int) (int, alphabet) { return 12, hexFill }

func (eci2Field) encode(_ Format, pin uint64, _ int, fill uint64) uint64 {
	return pin&at(0, 4) | fill>>16
}

func (eci2Field) decode(_ Format, w uint64) (uint64, int, fault.Set) {
	return packed(w, 0, 4), 4, fault.When(tenUp(w)&at(0, 4) != 0, fault.PINDigits)
}

func (eci2Field) outline(Format, uint64) outline {
	return outline{}.add(4, RolePIN, decimals).add(12, RoleRandom, anyNibble)
}
