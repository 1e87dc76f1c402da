package diagnose

import (
	"math"
	"slices"

	"github.com/pinion-hsm/pinion/pinblock"
)

// A block bound to the twelve rightmost digits of another PAN has its control
// nibble, its length and the first two PIN digits where they belong, and then
// says itself which PAN it is for: the fill is known, so what is combined with
// it can be read. With random fill, as in ISO-3, it says so in part.

// bound is a format whose fill can be taken away from a block.
type bound struct {
	format  pinblock.Format
	control byte
	fill    []byte // the values that a fill nibble may have
}

var boundFormats = []bound{
	{pinblock.ISO0, 0, []byte{0xf}},
	{pinblock.ISO3, 3, []byte{0xa, 0xb, 0xc, 0xd, 0xe, 0xf}},
	{pinblock.PNPL, 2, []byte{0xf}},
}

// digits returns the account digits that a nibble over fill may stand for.
func (f bound) digits(v byte) (d []byte) {
	for _, fill := range f.fill {
		if x := v ^ fill; x <= 9 {
			d = append(d, x)
		}
	}
	slices.Sort(d)
	return d
}

// otherPAN tries a clear block for a PAN that was not given.
func (s *search) otherPAN(block []byte, b step, k treatment) {
	for _, f := range boundFormats {
		s.tried++
		n := int(block[0] & 0xf)
		if block[0]>>4 != f.control || n < pinblock.MinPINLength || n > pinblock.MaxPINLength ||
			nibble(block, 2) > 9 || nibble(block, 3) > 9 {
			continue
		}
		var sets [][]byte // one for each account digit that lies under fill
		evidence := 8 + 2*math.Log2(1.6) - unusual(n)
		for i := 2 + n; i < 16; i++ {
			set := f.digits(nibble(block, i))
			sets = append(sets, set)
			if len(f.fill) == 1 {
				evidence += math.Log2(1.6)
			} else {
				evidence += math.Log2(16.0 / 14)
			}
		}
		if slices.ContainsFunc(sets, func(set []byte) bool { return len(set) == 0 }) {
			continue
		}
		s.nameOther(block, f, sets, evidence+familiar(sets), k.and(b))
	}
}
