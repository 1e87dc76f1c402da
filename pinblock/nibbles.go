package pinblock

// A word is sixteen nibbles, of which nibble 0 is the leftmost. What is done with
// them is done with all at once.

// tenUp returns F in each nibble of w that is 10 or more, 0 in the others.
func tenUp(w uint64) uint64 {
	t := w & (w<<1 | w<<2) & 0x8888_8888_8888_8888 // bit 3 and one of bits 2 and 1
	return t | t>>1 | t>>2 | t>>3
}

// nonZero returns F in each nibble of w that is not zero, 0 in the others.
func nonZero(w uint64) uint64 {
	t := (w | w>>1 | w>>2 | w>>3) & 0x1111_1111_1111_1111
	return t * 0xf
}

// repeat returns the nibble d sixteen times.
func repeat(d uint64) uint64 { return d * 0x1111_1111_1111_1111 }

// right returns a mask of the n rightmost nibbles: all for 16 and more, none
// for 0 and less.
func right(n int) uint64 { return fillF >> uint(64-4*min(n, 16)) }

// at returns a mask of n nibbles that begin at nibble i.
func at(i, n int) uint64 { return right(16-i) &^ right(16-i-n) }

// packed returns the n nibbles of w that begin at nibble i as a packed PIN.
func packed(w uint64, i, n int) uint64 {
	rest := right(16 - n)
	return w<<(4*uint(i))&^rest | rest
}
