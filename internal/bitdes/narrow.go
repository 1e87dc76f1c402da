package bitdes

import "encoding/binary"

// The pure Go implementation: 64 lanes in words of 64 bits.

// half is the left or the right half of the state.
type half = [32]uint64

// rounds64 are the 48 rounds of TDES on a transposed batch. The final
// permutation of one DES and the initial one of the next cancel out. As in any
// DES the halves are not exchanged after the sixteenth round, so that after the
// 45 times that they were, the left one is where the right one was.
func rounds64(s *[64]uint64, k *[256]uint64, order *schedule) {
	l, r := (*half)(s[:32]), (*half)(s[32:])
	for i := range order {
		o := &order[i]
		s1(l, r, k, o)
		s2(l, r, k, o)
		s3(l, r, k, o)
		s4(l, r, k, o)
		s5(l, r, k, o)
		s6(l, r, k, o)
		s7(l, r, k, o)
		s8(l, r, k, o)
		if i%16 != 15 {
			l, r = r, l
		}
	}
}

// rowOf says which row of a transposed batch is in which slot.
var rowOf = func() (rows [64]uint8) {
	for n := range 64 {
		rows[slot(n+1)] = uint8(n)
	}
	return rows
}()

// load64 transposes 64 blocks into the slots of the initial permutation.
func load64(s *[64]uint64, src []byte) {
	var m [64]uint64
	for i := range m {
		m[i] = binary.BigEndian.Uint64(src[8*i:])
	}
	transpose64(&m)
	for i, n := range rowOf {
		s[i] = m[n&63]
	}
	clear(m[:])
}

// store64 is the inverse of load64, with the halves exchanged.
func store64(dst []byte, s *[64]uint64) {
	var m [64]uint64
	for i, n := range rowOf {
		m[n&63] = s[i^32]
	}
	transpose64(&m)
	for i := range m {
		binary.BigEndian.PutUint64(dst[8*i:], m[i])
	}
	clear(m[:])
}

// transpose64 exchanges rows and columns of a matrix of 64 by 64 bits: first in
// squares of 32, then of 16, and so on.
func transpose64(m *[64]uint64) {
	step64(m, 32, 0x00000000ffffffff)
	step64(m, 16, 0x0000ffff0000ffff)
	step64(m, 8, 0x00ff00ff00ff00ff)
	step64(m, 4, 0x0f0f0f0f0f0f0f0f)
	step64(m, 2, 0x3333333333333333)
	step64(m, 1, 0x5555555555555555)
}

// step64 exchanges the upper right and the lower left squares of size n.
func step64(m *[64]uint64, n uint, mask uint64) {
	for rest := m[:]; len(rest) > 0; rest = rest[2*n:] {
		upper, lower := rest[:n], rest[n:2*n]
		lower = lower[:len(upper)]
		for i, a := range upper {
			t := (a ^ lower[i]>>n) & mask
			upper[i] = a ^ t
			lower[i] ^= t << n
		}
	}
}
