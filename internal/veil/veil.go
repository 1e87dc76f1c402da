// Package veil keeps a machine word from being read by accident.
//
// A [Word] is a 64-bit value scrambled with random keys that this process drew
// when it started. It needs no heap, it can be copied and passed in a register,
// and wherever fmt, reflect or a dump of one value shows it, it shows noise:
// fmt ignores a String method on a value that it reaches through an unexported
// field, so hiding has to be in the value itself. A plain mask would not do:
// one printed word whose value is known would give away every other.
//
// It is a guard against accidents, not against an attacker who reads this
// process's memory: the keys are in the same memory. Equal values give equal
// noise.
//
// Only this module can import the package, so an exported method of another
// package that takes or returns a Word is a door to which users hold no key.
package veil

import (
	"crypto/rand"
	"encoding/binary"
)

// The keys of this process: a word to exclude-or with and two odd factors, each
// with its inverse modulo 2^64.
var (
	key                    = random()&^(0xf<<60) | 0xa<<60 // see Hide
	factor1, factor2       = random() | 1, random() | 1
	inverse1, inverse2     = inverse(factor1), inverse(factor2)
	blockMask1, blockMask2 = random(), random()
)

func random() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return binary.BigEndian.Uint64(b[:])
}

// inverse returns the number that odd must be multiplied with to give 1, by
// Newton's method: each step doubles the number of right bits, from three.
func inverse(odd uint64) uint64 {
	x := odd
	for range 5 {
		x *= 2 - odd*x
	}
	return x
}

// Word is a hidden 64-bit value. The zero Word holds nothing. Words cannot be
// compared with ==, which would tempt to compare secrets in variable time.
type Word struct {
	_ [0]func()
	v uint64
}

// Hide returns v hidden. The top nibble of v must be 0 to 9 or F, as it is in
// every row of decimal digits and every length: the key's is A, so that no such
// value is hidden as zero, and the zero Word stays apart.
func Hide(v uint64) Word {
	v = (v ^ key) * factor1
	v ^= v >> 32
	return Word{v: v * factor2}
}

// Reveal returns the value in w. The zero Word reveals an arbitrary value:
// ask IsZero first.
func Reveal(w Word) uint64 {
	v := w.v * inverse2
	v ^= v >> 32
	return v*inverse1 ^ key
}

// IsZero reports whether w is the zero Word.
func IsZero(w Word) bool { return w.v == 0 }
