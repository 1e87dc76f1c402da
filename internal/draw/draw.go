// Package draw turns random bytes into unbiased digits.
package draw

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"math/bits"
)

// Uint64 returns a random word from this process's generator.
func Uint64() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return binary.BigEndian.Uint64(b[:])
}

// Fill fills b from this process's generator.
func Fill(b []byte) { rand.Read(b) } // never fails, see crypto/rand

// Digits returns n digits, 0 to 16, of the given base, 2 to 16, one a nibble,
// left justified, each row equally likely. next returns random words.
func Digits(n int, base uint64, next func() (uint64, error)) (uint64, error) {
	rows := uint64(1) // base^n; 16^16 does not fit, and wraps to 0
	for range n {
		rows *= base
	}
	for {
		r, err := next()
		if err != nil {
			return 0, err
		}
		// r is a fraction of 2^64. Multiplying it by the base over and over moves
		// its digits out to the left, and leaves what Lemire's method would: see
		// "Fast random integer generation in an interval" (2019), 4. The few
		// remainders that would make some rows likelier are drawn again.
		var w uint64
		for range n {
			var digit uint64
			digit, r = bits.Mul64(r, base)
			w = w<<4 | digit
		}
		if r >= rows || r >= -rows%max(rows, 1) {
			return w << (4 * uint(16-n)), nil
		}
	}
}

// FromReader returns a source of words for [Digits] that reads from r.
func FromReader(r io.Reader) func() (uint64, error) {
	return func() (uint64, error) {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, err
		}
		return binary.BigEndian.Uint64(b[:]), nil
	}
}
