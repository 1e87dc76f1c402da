package pinverify

import "github.com/pinion-hsm/pinion/pinblock"

// The patterns of [Rules]. Each answers 1 or 0 for n digits of a packed PIN, 4
// to 12, without a branch or a memory access that depends on a digit.

// none returns 1 if x is zero and otherwise 0.
func none(x uint64) uint64 { return 1 - (x|-x)>>63 }

// isRepeated: every digit is the one before it.
func isRepeated(w uint64, n int) uint64 { return none((w ^ w<<4) &^ rest(n-1)) }

// isSequence: every digit is one more than the one before it, modulo 10, or
// every one is one less.
func isSequence(w uint64, n int) uint64 {
	var notUp, notDown uint64
	for i := 1; i < n; i++ {
		step := (nibble(w, i) + 10 - nibble(w, i-1)) % 10
		notUp |= step ^ 1
		notDown |= step ^ 9
	}
	return none(notUp) | none(notDown)
}

// isPairs: every digit is the one two places before it, or the digits are twos
// of the same.
func isPairs(w uint64, n int) uint64 {
	found := none((w ^ w<<8) &^ rest(n-2))
	if n%2 == 0 {
		const firsts = 0xf0f0_f0f0_f0f0_f0f0 // the first digit of each two
		found |= none((w ^ w<<4) & firsts &^ rest(n))
	}
	return found
}

// isInPAN: the digits are somewhere in the PAN.
func isInPAN(w uint64, n int, pan pinblock.PAN) uint64 {
	var found uint64
	for i := range max(pan.Len()-n+1, 0) {
		found |= none((w ^ panCut(pan, i, n)) &^ rest(n))
	}
	return found
}
