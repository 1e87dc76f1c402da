package pinblock

import (
	"github.com/pinion-hsm/pinion/internal/veil"
)

// VISA41 and VISA42 carry a new PIN to a chip card: 0 L PIN F…, exclusive-or
// with the rightmost four bytes of the card's unique derivation key A; VISA42
// also with the old PIN, left justified and zero filled. Because the card's key
// takes the PAN's place, they are made and read only through pinblock/clear.
// Sources: jPOS FORMAT41 and FORMAT42.
const (
	VISA41 Format = 28
	VISA42 Format = 29
)

func init() {
	field := &controlField{control: 0, fixed: 0xf}
	define(VISA41, layout{
		name: "VISA-41", size: 8, minPIN: 4, maxPIN: 12, bind: bindUDK, pads: 1 << 0xf, field: field,
		aliases: []Alias{{"VISA41", "short form"}, {"THALES-41", "Thales payShield"}, {"JPOS-41", "jPOS"}},
	})
	define(VISA42, layout{
		name: "VISA-42", size: 8, minPIN: 4, maxPIN: 12, bind: bindUDKOld, pads: 1 << 0xf, field: field,
		aliases: []Alias{{"VISA42", "short form"}, {"THALES-42", "Thales payShield"}, {"JPOS-42", "jPOS"}},
	})
}

// changeMask returns the card key's half and, for VISA42, the old PIN.
func (l *layout) changeMask(x *veil.Extras) (uint64, error) {
	if x == nil || !x.HasUDKA {
		return 0, ErrCardKey
	}
	mask := x.UDKA & 0xffff_ffff
	if l.bind == bindUDKOld {
		if veil.IsZero(x.OldPIN) {
			return 0, ErrPIN
		}
		old := veil.Reveal(x.OldPIN)
		mask ^= old &^ right(16-packedLen(old))
	}
	return mask, nil
}
