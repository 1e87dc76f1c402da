package pinblock

import (
	"unsafe"

	"github.com/pinion-hsm/pinion/internal/isofield"
	"github.com/pinion-hsm/pinion/internal/veil"
)

// shape is a [controlField] as the words of a loop without branches.
type shape struct {
	size    int      // of a block
	control uint64   // the nibble, as the left one of a byte
	fixed   uint64   // the fill, where it is fixed
	random  alphabet // and where it is not
	account uint64   // ones where the field is combined with PAN digits
}

// shaped returns the shape of a layout that has one.
func (l *layout) shaped() (s shape, ok bool) {
	c, ok := l.field.(*controlField)
	if four, isFour := l.field.(iso4Field); isFour {
		c, ok = four.half, true
	}
	if !ok || l.padNotInPIN || c.random == decFill {
		return s, false
	}
	s = shape{size: l.size, control: c.control << 4, random: c.random}
	if c.random == noFill {
		s.fixed = repeat(c.fixed)
	}
	switch l.bind {
	case bindNone, bindPANField:
	case bindRight12:
		s.account = 0xffff_ffff_ffff
	default:
		return s, false
	}
	return s, true
}

// draws reports whether anything in a block is random: the fill, or the right half of
// ISO-4. It is drawn again in every block that is made.
func (s *shape) draws() bool { return s.random != noFill || s.size == 16 }

// rules returns what a good field of the shape is.
func (s *shape) rules() isofield.Rules {
	r := isofield.Rules{Control: s.control, Fixed: s.fixed, Account: s.account, Most: 1 << 62}
	switch s.random {
	case noFill:
		r.IsFixed = fillF
	case afFill:
		r.IsAF = fillF
	}
	return r
}

// unveil puts the words that PANs are made of into words, two for each.
func unveil(words []uint64, pans []PAN) {
	if len(pans) == 0 {
		return
	}
	// A PAN is two words and nothing else, which a test holds.
	veil.RevealAll(words, unsafe.Slice((*veil.Word)(unsafe.Pointer(&pans[0])), 2*len(pans)))
}
