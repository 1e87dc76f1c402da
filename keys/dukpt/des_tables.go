package dukpt

import "math/bits"

// sBoxes are the selection functions S1 to S8 of FIPS 46-3 appendix 1, each as
// four rows of sixteen hex digits.
var sBoxes = [8][4]string{
	{"e4d12fb83a6c5907", "0f74e2d1a6cb9538", "41e8d62bfc973a50", "fc8249175b3ea06d"},
	{"f18e6b34972dc05a", "3d47f28ec01a69b5", "0e7ba4d158c6932f", "d8a13f42b67c05e9"},
	{"a09e63f51dc7b428", "d709346a285ecbf1", "d6498f30b12c5ae7", "1ad069874fe3b52c"},
	{"7de3069a1285bc4f", "d8b56f03472c1ae9", "a690cb7df13e5284", "3f06a1d8945bc72e"},
	{"2c417ab6853fd0e9", "eb2c47d150fa3986", "421bad78f9c5630e", "b8c71e2d6f09a453"},
	{"c1af92680d34e75b", "af427c9561de0b38", "9ef528c3704a1db6", "432c95fabe17608d"},
	{"4b2ef08d3c975a61", "d0b7491ae35c2f86", "14bdc37eaf680592", "6bd814a7950fe23c"},
	{"d2846fb1a93e50c7", "1fd8a374c56b0e92", "7b419ce206adf358", "21e74a8dfc90356b"},
}

// permutation is P and choice is permuted choice 2 of FIPS 46-3 appendix 1: where
// each bit of the result comes from, bits being counted from 1 at the left.
var (
	permutation = [32]uint8{
		16, 7, 20, 21, 29, 12, 28, 17,
		1, 15, 23, 26, 5, 18, 31, 10,
		2, 8, 24, 14, 32, 27, 3, 9,
		19, 13, 30, 6, 22, 11, 4, 25,
	}
	choice = [48]uint8{
		14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10,
		23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
		41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48,
		44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
	}
)

var (
	// sp is an S-box and the permutation after it in one, by the six bits that
	// go in, turned left by one bit as [f] has it.
	sp = makeSP()
	// pc2 is permuted choice 2 by seven bits of C and D at a time, each with what
	// those bits give of a round's key.
	pc2 = makePC2()
)

func makeSP() (sp [8][64]uint32) {
	for box, rows := range sBoxes {
		for in := range 64 {
			// The outer two bits are the row, the inner four the column.
			digit := rows[in>>4&2|in&1][in>>1&0xf]
			out := nibble(digit) << (28 - 4*box)
			var p uint32
			for i, from := range permutation {
				p |= out >> (32 - from) & 1 << (31 - i)
			}
			sp[box][in] = bits.RotateLeft32(p, 1)
		}
	}
	return sp
}

func makePC2() (pc2 [8][128]uint64) {
	for i, from := range choice {
		// Bit i of the round key is bit i%6 of the group for S-box i/6+1. The
		// group's byte is the box's pair, in the upper word for every other box.
		group, bit := i/6, 5-i%6
		shift := 24 - 8*(group/2) + 32*(group%2) + bit
		chunk, at := (from-1)/7, 6-(from-1)%7
		for in := range pc2[chunk] {
			pc2[chunk][in] |= uint64(in>>at&1) << shift
		}
	}
	return pc2
}

// nibble returns the value of a lower case hex digit.
func nibble(c byte) uint32 {
	if c >= 'a' {
		return uint32(c-'a') + 10
	}
	return uint32(c - '0')
}
