package dukpt

import (
	"math/bits"
	"testing"
)

func fused(key, block uint64) uint64 {
	const half = 1<<28 - 1
	t := transpose(bits.ReverseBytes64(key))
	c := uint32(t >> 36)
	d := uint32(t>>8)&0xff<<20 | uint32(t>>16)&0xff<<12 | uint32(t>>24)&0xff<<4 | uint32(t>>32)&0xf
	l, r := split(block)
	for _, n := range rotations {
		n &= 31
		c = (c<<n | c>>((28-n)&31)) & half
		d = (d<<n | d>>((28-n)&31)) & half
		k := pc2[0][c>>21&0x7f] | pc2[1][c>>14&0x7f] | pc2[2][c>>7&0x7f] | pc2[3][c&0x7f] |
			pc2[4][d>>21&0x7f] | pc2[5][d>>14&0x7f] | pc2[6][d>>7&0x7f] | pc2[7][d&0x7f]
		l, r = r, l^f(r, k)
	}
	return join(r, l)
}
func BenchmarkFused(b *testing.B) {
	x := uint64(1)
	for b.Loop() {
		x = fused(x, x)
	}
}
func BenchmarkSep(b *testing.B) {
	x := uint64(1)
	var k desKey
	for b.Loop() {
		k.set(x)
		x = k.encrypt(x)
	}
}
func BenchmarkSet(b *testing.B) {
	x := uint64(1)
	var k desKey
	for b.Loop() {
		k.set(x)
		x += k[3]
	}
}
func BenchmarkEncr(b *testing.B) {
	x := uint64(1)
	var k desKey
	k.set(x)
	for b.Loop() {
		x = k.encrypt(x)
	}
}
func TestFused(t *testing.T) {
	var k desKey
	k.set(77)
	if k.encrypt(5) != fused(77, 5) {
		t.Fatal()
	}
}
