package ontoken

import "encoding/binary"

// Field is a PIN on the token, in the field of the block it came in. It is good
// until its bench is closed. The zero Field is no PIN.
type Field struct {
	row   int
	block Object // as it was unwrapped: the field combined with the PAN, 16 bytes for ISO-4
	plain Object // its left 8 bytes are the field without the PAN
	half  Object // the left half of ISO-4 if it was needed
	pan   uint64 // what block is combined with
	frame uint64 // the field without its digits; fill that is not known is zero
	n     int
}

// Len returns the number of digits, which is not secret; none of the zero Field.
func (f Field) Len() int { return f.n }

// IsZero reports whether f is the zero Field, which no operation accepts.
func (f Field) IsZero() bool { return f.n == 0 }

func (f *Field) layout() *layout { return &layouts[f.row] }

// isLong reports whether the block is one of 16 bytes.
func (f *Field) isLong() bool { return f.row == len(layouts)-1 }

// digits returns where the digits are in bytes: the digits alone if there is an
// even number of them, else the length nibble too.
func (f *Field) digits() (bit, size int) { return 8 - 4*(f.n%2), (f.n + 1) / 2 }

// word puts w where the token can read it.
func (b *Bench) word(w uint64) []byte {
	binary.BigEndian.PutUint64(b.in[:], w)
	return b.in[:8]
}

// words puts 16 bytes where the token can read them.
func (b *Bench) words(hi, lo uint64) []byte {
	b.word(hi)
	binary.BigEndian.PutUint64(b.in[8:], lo)
	return b.in[:]
}
