package pinblock

import (
	"encoding/binary"

	"github.com/pinion-hsm/pinion/internal/fault"
)

// ISO4 is ISO 9564-1 format 4, 16 bytes under AES: the PIN field 4 L PIN A…
// and eight random bytes is enciphered, combined with the PAN field by
// exclusive or, and enciphered again. See ISO 9564-1:2017 9.4.
const ISO4 Format = 5

func init() {
	define(ISO4, layout{
		source: "ISO 9564-1:2017 9.4",
		name:   "ISO-4", size: 16, minPIN: 4, maxPIN: 12, bind: bindPANField,
		field: iso4Field{&controlField{control: 4, fixed: 0xa}},
		aliases: []Alias{
			{"ISO4", "short form"}, {"FORMAT-4", "common"},
			{"THALES-48", "Thales payShield"}, {"JPOS-48", "jPOS"}, {"ISO-FORMAT-4", "AWS"},
		},
	})
}

// iso4Field is the left half of the PIN field. Its fill is the right half.
type iso4Field struct{ half *controlField }

func (iso4Field) fill(int) (int, alphabet) { return 16, hexFill }

func (i iso4Field) encode(f Format, pin uint64, n int, _ uint64) uint64 {
	return i.half.encode(f, pin, n, 0)
}

func (i iso4Field) decode(f Format, w uint64) (uint64, int, fault.Set) {
	return i.half.decode(f, w)
}

func (i iso4Field) outline(f Format, w uint64) outline { return i.half.outline(f, w) }

// panField returns the PAN field of ISO-4: the number of digits beyond twelve,
// the PAN left justified (a shorter one right justified in twelve), and zeros.
// See ISO 9564-1:2017 9.4.3.
func (f Format) panField(pan PAN) (hi, lo uint64) {
	n, top, digits := pan.words()
	if f&right12Bit != 0 {
		n, top, digits = 12, 0, pan.right12()
	}
	n = max(n, 12)
	// top and digits are one number of 31 nibbles; its last digit goes to nibble n.
	shift := 4 * uint(31-n)
	if shift >= 64 {
		hi = digits << (shift - 64)
	} else {
		hi = digits>>(64-shift) | top<<shift
		lo = digits << shift
	}
	return hi | uint64(n-12)<<60, lo
}

// xorPANField combines block, 16 bytes, with the PAN field.
func (f Format) xorPANField(block []byte, pan PAN) {
	hi, lo := f.panField(pan)
	be := binary.BigEndian
	be.PutUint64(block, be.Uint64(block)^hi)
	be.PutUint64(block[8:], be.Uint64(block[8:])^lo)
}
