//go:build amd64 && !purego

package veil

import "golang.org/x/sys/cpu"

// wide says that this machine has vectors of eight words, and multiplies them.
var wide = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ

// revealWide reveals words eight at a time, and returns how many it has revealed.
func revealWide(values []uint64, words []Word) int {
	eights := len(words) / 8
	if !wide || eights == 0 {
		return 0
	}
	// The assembly takes pointers; the lengths are checked here.
	reveal512(&values[:8*eights][0], &words[0], eights, inverse2, inverse1, key)
	return 8 * eights
}

// reveal512 is [Reveal] for eights of words: times a, exclusive-or the upper half,
// times b, exclusive-or k.
//
//go:noescape
func reveal512(values *uint64, words *Word, eights int, a, b, k uint64)
