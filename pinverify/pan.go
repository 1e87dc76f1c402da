package pinverify

import (
	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// panRight11 returns the 11 rightmost digits of a PAN of at least 12, without
// its check digit, right justified.
func panRight11(pan pinblock.PAN) uint64 {
	_, lo := pan.Veiled()
	return veil.Reveal(lo) >> 4 & 0xfff_ffff_ffff
}

// panCut returns length digits, 1 to 16, that begin at digit offset from the
// left, left justified and zero filled. The PAN has as many.
func panCut(pan pinblock.PAN, offset, length int) uint64 {
	h, l := pan.Veiled()
	hi, lo := veil.Reveal(h)&0xfff, veil.Reveal(l)
	drop := uint(4 * (pan.Len() - offset - length)) // 0 to 72 bits
	if drop < 64 {
		lo = lo>>drop | hi<<(64-drop)
	} else {
		lo = hi >> (drop - 64)
	}
	return lo << (64 - 4*uint(length))
}
