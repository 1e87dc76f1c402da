package pinblock

import (
	"github.com/pinion-hsm/pinion/internal/fault"
	"github.com/pinion-hsm/pinion/internal/veil"
)

// layout is what a format's file says about it.
type layout struct {
	name    string
	aliases []Alias
	source  string // where it is described
	size    int    // bytes
	minPIN  int    // digits
	maxPIN  int
	bind    binding
	field   field

	pads        uint16 // bit d is set where d may be the pad digit
	extracts    bool   // there is no length nibble: extraction methods apply
	endMarked   bool   // the end of the PIN can be told whatever the pad digit is
	padNotInPIN bool   // the pad digit may not occur in the PIN
	seqMax      uint64 // the largest sequence number, 0 where there is none

	// Set by define.
	minPAN     int    // digits the PAN needs, 0 where none is bound
	lengths    uint32 // bit n is set where the format holds a PIN of n digits
	cardholder uint32 // and that is a cardholder's PIN
}

// binding says what the PIN field is combined with.
type binding uint8

const (
	bindNone     binding = iota
	bindRight12          // XOR the 12 rightmost PAN digits without the check digit
	bindLeft12           // XOR the 12 leftmost PAN digits
	bindPANField         // the PAN field of ISO-4, between two encipherments
	bindUDK              // XOR four bytes of the card's key
	bindUDKOld           // the same, and XOR the old PIN
)

// field is the shape of a PIN field: the block before anything is combined with
// it. Nibble 0 is the leftmost of the word.
type field interface {
	// fill says how many fill nibbles a PIN of n digits leaves, from which
	// alphabet, and where they begin.
	fill(n int) (count int, from alphabet)
	// encode places a packed PIN of n digits and its fill, left justified.
	encode(f Format, pin uint64, n int, fill uint64) uint64
	// decode takes the field apart. It looks at every nibble whatever it finds.
	decode(f Format, w uint64) (pin uint64, n int, bad fault.Set)
	// outline says what each nibble is for and what may stand there, as decode reads
	// the field. A PIN that is too short or too long for the format has nibbles
	// that may not stand where they are.
	outline(f Format, w uint64) outline
}

var (
	layouts [layoutBits + 1]*layout
	byName  = map[string]Format{}
)

// define adds a format. It is called by the format's own file and nowhere else.
func define(f Format, l layout) {
	if f == 0 || f > layoutBits || layouts[f] != nil {
		panic("pinblock: format number is taken or out of range: " + l.name)
	}
	switch l.bind {
	case bindRight12, bindLeft12:
		l.minPAN = 13
	case bindPANField:
		l.minPAN = 1
	}
	for n := l.minPIN; n <= l.maxPIN; n++ {
		l.lengths |= 1 << n
		if MinPINLength <= n && n <= MaxPINLength {
			l.cardholder |= 1 << n
		}
	}
	layouts[f] = &l
	for _, name := range append([]Alias{{Name: l.name}}, l.aliases...) {
		n := canonical(name.Name)
		if _, ok := byName[n]; ok {
			panic("pinblock: two formats are named " + n)
		}
		byName[n] = f
	}
}

// encode returns the clear block of a PIN, without the PAN field of ISO-4.
func (l *layout) encode(f Format, pin PIN, pan PAN, x *veil.Extras) (hi, lo uint64, err error) {
	if pin.IsZero() {
		return 0, 0, ErrPIN
	}
	if !l.takes(f, pan) {
		return 0, 0, ErrPANLength
	}
	if hi, lo, err = l.put(f, veil.Reveal(pin.digits), x, process); err != nil {
		return 0, 0, err
	}
	mask, err := l.mask(pan, x)
	return hi ^ mask, lo, err
}

// put returns the field of a packed PIN, before anything is combined with it; lo is
// the right half of ISO-4.
func (l *layout) put(f Format, digits uint64, x *veil.Extras, next words) (hi, lo uint64, err error) {
	n := packedLen(digits)
	if !l.holds(n, x) {
		return 0, 0, ErrPINLength
	}
	if l.padNotInPIN {
		if pad, _ := f.padOr(0xf); nonZero(digits^repeat(uint64(pad)))|right(16-n) != fillF {
			return 0, 0, ErrPadInPIN
		}
	}
	fill, err := l.fill(n, x, next)
	if err != nil {
		return 0, 0, err
	}
	if l.size == 16 {
		lo = fill
	}
	return l.field.encode(f, digits, n, fill), lo, nil
}

// holds reports whether a PIN of n digits, 0 to 16, fits: a cardholder's PIN,
// unless the clear door asked for what the format itself holds.
func (l *layout) holds(n int, x *veil.Extras) bool {
	lengths := l.cardholder
	if x != nil && x.AnyLength {
		lengths = l.lengths
	}
	return lengths>>uint(n)&1 != 0
}

// minPANFor returns how many digits the PAN needs under the settings of f.
func (l *layout) minPANFor(f Format) int {
	if f&right12Bit != 0 {
		return 13
	}
	return l.minPAN
}

// takes reports whether the PAN has as many digits as the format needs.
func (l *layout) takes(f Format, pan PAN) bool { return pan.Len() >= l.minPANFor(f) }

// fill returns the fill of a block: drawn, or what the clear door chose.
func (l *layout) fill(n int, x *veil.Extras, next words) (uint64, error) {
	count, from := l.field.fill(n)
	if count == 0 {
		return 0, nil
	}
	if x == nil || x.FillLen == 0 {
		return from.draw(count, next), nil
	}
	if x.FillLen < count || !from.holds(x.Fill, count) {
		return 0, ErrFill
	}
	return x.Fill, nil
}

// mask returns what the PIN field is combined with by exclusive or. The PAN field of
// ISO-4 is another matter.
func (l *layout) mask(pan PAN, x *veil.Extras) (uint64, error) {
	switch l.bind {
	case bindRight12:
		return pan.right12(), nil
	case bindLeft12:
		return pan.left12(), nil
	case bindUDK, bindUDKOld:
		return l.changeMask(x)
	}
	return 0, nil
}

// decode returns the PIN in a clear block, without the PAN field of ISO-4, and
// every fault found in it. It looks at the whole block before it decides.
func (l *layout) decode(f Format, hi uint64, pan PAN, x *veil.Extras) (PIN, fault.Set, error) {
	if !l.takes(f, pan) {
		return PIN{}, 0, ErrPANLength
	}
	mask, err := l.mask(pan, x)
	if err != nil {
		return PIN{}, 0, err
	}
	digits, bad := l.take(f, hi^mask, x)
	if bad != 0 {
		return PIN{}, bad, nil
	}
	return PIN{veil.Hide(digits)}, 0, nil
}

// take takes a field apart: the PIN, packed, is good only if nothing is bad.
func (l *layout) take(f Format, field uint64, x *veil.Extras) (packed uint64, bad fault.Set) {
	digits, n, bad := l.field.decode(f, field)
	return digits, bad | fault.When(!l.holds(n, x), fault.PINLength)
}

// padOr returns the pad digit that was set, or what the format has without.
func (f Format) padOr(def byte) (digit byte, set bool) {
	if p, ok := f.pad(); ok {
		return p, true
	}
	return def, false
}
