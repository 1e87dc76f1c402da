package explain

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// roleKinds are the kinds of the nibbles of a PIN field, and their names.
var roleKinds = map[pinblock.Role]struct {
	kind Kind
	what string
}{
	pinblock.RoleControl:  {Control, "control nibble"},
	pinblock.RoleLength:   {Length, "PIN length"},
	pinblock.RolePIN:      {PIN, "PIN"},
	pinblock.RoleFill:     {Fill, "fill"},
	pinblock.RoleRandom:   {Random, "random"},
	pinblock.RoleSequence: {Sequence, "sequence number"},
}

// fieldNibbles returns the nibbles of a PIN field, as the library reads it.
func fieldNibbles(a clear.Anatomy) []nibble {
	ns := nibbles(a.Field)
	for i := range ns {
		n, said := &ns[i], a.Nibbles[i]
		role := roleKinds[said.Role]
		n.kind, n.what = role.kind, role.what
		switch said.Role {
		case pinblock.RoleLength:
			n.what = fmt.Sprintf("PIN length %d", n.value)
		case pinblock.RoleFill:
			if set := nibbleSet(said.Allowed); len(set) == 1 {
				n.what = "fill " + set
			}
		case pinblock.RoleRandom:
			if said.Allowed != 0xffff {
				n.what = "random, " + nibbleSet(said.Allowed)
			}
		}
		if said.Allowed>>n.value&1 == 0 {
			n.wrong = role.what + " must be " + nibbleSet(said.Allowed)
		}
	}
	return ns
}

// nibbleSet says which nibbles are in a set: "F", "0 to 9", "0, 4 to C".
func nibbleSet(set uint16) string {
	var runs []string
	for from := 0; from < 16; from++ {
		if set>>from&1 == 0 {
			continue
		}
		to := from
		for to < 15 && set>>(to+1)&1 != 0 {
			to++
		}
		run := fmt.Sprintf("%X", from)
		if to > from {
			run += fmt.Sprintf(" to %X", to)
		}
		runs, from = append(runs, run), to
	}
	return strings.Join(runs, ", ")
}

// drawnFill returns the random nibbles of a field, from the left: what [clear.Options]
// takes as Fill to have the same block again.
func drawnFill(ns []nibble) string {
	var drawn []nibble
	for _, n := range ns {
		if n.kind == Random {
			drawn = append(drawn, n)
		}
	}
	return nibbleText(drawn)
}
