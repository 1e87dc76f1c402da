package pinverify

import (
	"crypto/subtle"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// The digits of this package are packed in a word as a PIN's are: one a nibble,
// left justified, F right of the last one. Nibble 0 is the leftmost. A word
// needs no heap and so no wiping.

const allF = 0xffff_ffff_ffff_ffff

// The lengths of a PIN in digits: the least that ISO 9564-1:2017 8.1 allows, and
// the most that a method can compute from one cryptogram.
const (
	minPIN = pinblock.MinPINLength
	maxPIN = 16
)

// nibble returns nibble i of w.
func nibble(w uint64, i int) uint64 { return w >> (60 - 4*i) & 0xf }

// rest is F in every nibble from the nth on.
func rest(n int) uint64 { return allF >> (4 * n) }

// take returns the n nibbles of w that begin at nibble i.
func take(w uint64, i, n int) uint64 { return w<<(4*i) | rest(n) }

// pinDigits returns the digits of a PIN and how many there are.
func pinDigits(pin pinblock.PIN) (w uint64, n int, err error) {
	if n = pin.Len(); n < minPIN { // the zero PIN has none
		return 0, 0, ErrPIN
	}
	return veil.Reveal(pin.Veiled()), n, nil
}

// toPIN hides n digits of w as a PIN.
func toPIN(w uint64, n int) pinblock.PIN {
	return pinblock.VeiledPIN(veil.Hide(w | rest(n)))
}

// parseReference packs a reference value of n decimal digits.
func parseReference(reference []byte, n int) (uint64, error) {
	w, ok := parseDigits(reference)
	if len(reference) != n || !ok {
		return 0, ErrReference
	}
	return w, nil
}

// parseDigits packs up to 16 decimal digits, '0' to '9' and no others.
func parseDigits[T string | []byte](text T) (w uint64, ok bool) {
	if len(text) > 16 {
		return 0, false
	}
	w, bad := allF, byte(0)
	for i := range len(text) {
		d := text[i] - '0'
		bad |= d&0xf0 | (d+6)&0xf0 // 10 to 15 carry into the high nibble
		shift := 60 - 4*i
		w = w&^(0xf<<shift) | uint64(d&0xf)<<shift
	}
	return w, bad == 0
}

// text returns n digits of w in ASCII.
func text(w uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(nibble(w, i))
	}
	return b
}

// add adds n digits of a and b, each modulo 10, without carries.
func add(a, b uint64, n int) uint64 {
	sum := rest(n)
	for i := range n {
		sum |= (nibble(a, i) + nibble(b, i)) % 10 << (60 - 4*i)
	}
	return sum
}

// sub subtracts n digits of b from those of a, each modulo 10, without borrows.
func sub(a, b uint64, n int) uint64 {
	diff := rest(n)
	for i := range n {
		diff |= (nibble(a, i) + 10 - nibble(b, i)) % 10 << (60 - 4*i)
	}
	return diff
}

// decidePIN compares two PINs in constant time.
func decidePIN(pin, want pinblock.PIN) error {
	if pin.Len() < minPIN {
		return ErrPIN // the caller's mistake, not the cardholder's
	}
	if !pin.Equal(want) {
		return ErrWrongPIN
	}
	return nil
}

// isZero returns 1 if the n leftmost nibbles of w, at most seven, are zero and
// otherwise 0, in constant time.
func isZero(w uint64, n int) uint64 {
	return uint64(subtle.ConstantTimeEq(int32(w>>(64-4*n)), 0))
}

// decide compares two packed values in constant time.
func decide(got, want uint64) error {
	x := got ^ want
	if subtle.ConstantTimeEq(int32(x>>32), 0)&subtle.ConstantTimeEq(int32(x), 0) != 1 {
		return ErrWrongPIN
	}
	return nil
}
