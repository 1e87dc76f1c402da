package pinblock

import (
	"github.com/pinion-hsm/pinion/internal/veil"
)

// VISA41 carries a new PIN to a chip card: 0 L PIN F…, exclusive-or with the
// rightmost four bytes of the card's unique derivation key A. Because the card's
// key takes the PAN's place, it is made and read only through pinblock/clear.
// Source: jPOS FORMAT41.
const VISA41 Format = 28

func init() {
	define(VISA41, layout{
		source: "jPOS FORMAT41",
		name:   "VISA-41", size: 8, minPIN: 4, maxPIN: 12, bind: bindUDK,
		pads:    1 << 0xf,
		field:   &controlField{control: 0, fixed: 0xf},
		aliases: []Alias{{"VISA41", "short form"}, {"THALES-41", "Thales payShield"}, {"JPOS-41", "jPOS"}},
	})
}

// changeMask returns the card key's half and, for VISA42, the old PIN with it.
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
