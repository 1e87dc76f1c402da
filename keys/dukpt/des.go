package dukpt

import "math/bits"

// TDES DUKPT uses a new DES key for nearly every block it enciphers: two keys for
// each one bit of the counter. crypto/des is made for many blocks under one key
// and takes ten times as long to make the key schedule as to encipher with it.
// So single DES is here again, with a schedule from tables. Like crypto/des it is
// not constant time: the tables are in memory and the indices are secret.

// desKey is the key schedule of single DES, FIPS 46-3. Each word has the 48 bits
// of a round's key in the order in which [sp] takes them: the groups for the
// S-boxes 2, 4, 6, 8 in the upper four bytes, those for 1, 3, 5, 7 in the lower.
type desKey [16]uint64

// rotations says how far the halves of the key turn before each round.
var rotations = [16]uint8{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}

// set makes k the schedule of key, whose parity bits are ignored.
func (k *desKey) set(key uint64) {
	const half = 1<<28 - 1
	// Permuted choice 1 reads the columns of the key as a matrix of bits, from the
	// bottom up: columns 1, 2, 3 and the upper half of 4 into C; 7, 6, 5 and the
	// lower half of 4 into D. The parity bits are column 8.
	t := transpose(bits.ReverseBytes64(key))
	c := uint32(t >> 36)
	d := uint32(t>>8)&0xff<<20 | uint32(t>>16)&0xff<<12 | uint32(t>>24)&0xff<<4 | uint32(t>>32)&0xf
	for i, n := range rotations {
		c = (c<<n | c>>(28-n)) & half
		d = (d<<n | d>>(28-n)) & half
		k[i] = pc2[0][c>>21] | pc2[1][c>>14&0x7f] | pc2[2][c>>7&0x7f] | pc2[3][c&0x7f] |
			pc2[4][d>>21] | pc2[5][d>>14&0x7f] | pc2[6][d>>7&0x7f] | pc2[7][d&0x7f]
	}
}

// encrypt enciphers one block.
func (k *desKey) encrypt(block uint64) uint64 {
	l, r := split(block)
	for i := 0; i < 16; i += 2 {
		l ^= f(r, k[i])
		r ^= f(l, k[i+1])
	}
	return join(r, l)
}

// decrypt deciphers one block.
func (k *desKey) decrypt(block uint64) uint64 {
	l, r := split(block)
	for i := 15; i > 0; i -= 2 {
		l ^= f(r, k[i])
		r ^= f(l, k[i-1])
	}
	return join(r, l)
}

// f is the cipher function. Its argument and result are turned left by one bit,
// so that the six bits for every other S-box are the low bits of a byte, and
// those for the rest are so after a turn by four.
func f(r uint32, k uint64) uint32 {
	even := r ^ uint32(k>>32)
	odd := bits.RotateLeft32(r, -4) ^ uint32(k)
	return sp[1][even>>24&0x3f] ^ sp[3][even>>16&0x3f] ^ sp[5][even>>8&0x3f] ^ sp[7][even&0x3f] ^
		sp[0][odd>>24&0x3f] ^ sp[2][odd>>16&0x3f] ^ sp[4][odd>>8&0x3f] ^ sp[6][odd&0x3f]
}

// split is the initial permutation: the even columns of the block as a matrix of
// bits, from the bottom up, are the left half, the odd ones the right.
func split(block uint64) (l, r uint32) {
	t := transpose(bits.ReverseBytes64(block))
	l = bits.RotateLeft32(evenBytes(t), 1)
	r = bits.RotateLeft32(evenBytes(t>>8), 1)
	return l, r
}

// join is the final permutation, the inverse of split.
func join(l, r uint32) uint64 {
	t := spread(bits.RotateLeft32(l, -1)) | spread(bits.RotateLeft32(r, -1))<<8
	return bits.ReverseBytes64(transpose(t))
}

// evenBytes returns the bytes 2, 4, 6 and 8 of x, counted from the left.
func evenBytes(x uint64) uint32 {
	x &= 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	return uint32(x | x>>16)
}

// spread is the inverse of evenBytes, with zeros between.
func spread(x uint32) uint64 {
	y := uint64(x)
	y = (y | y<<16) & 0x0000ffff0000ffff
	return (y | y<<8) & 0x00ff00ff00ff00ff
}

// transpose exchanges the rows and columns of a matrix of eight by eight bits, a
// byte a row: first in squares of one bit, then of two, then of four.
func transpose(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}
