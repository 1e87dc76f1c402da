package pinblock

// PANPart returns which digits of a PAN of n digits are part of the block: those
// from index from up to index to, which is not one of them, as in a slice. Where no
// PAN is bound, or the PAN is too short, they are none.
func (f Format) PANPart(n int) (from, to int) {
	l := layouts[f&layoutBits]
	if l == nil || n < l.minPANFor(f) {
		return 0, 0
	}
	switch {
	case l.bind == bindRight12 || f&right12Bit != 0:
		return n - 13, n - 1 // the check digit is the last
	case l.bind == bindLeft12:
		return 0, 12
	case l.bind == bindPANField:
		return 0, n
	}
	return 0, 0
}
