package diagnose

import (
	"fmt"
	"math"
)

// bits returns how surprising it is that a field decodes: the binary logarithm
// of "one random field in so many does, with a PIN of this length". It is
// measured, so that it is right for every format there is and will be: of the
// sixteen values of each nibble, how many decode with the others as they are.
func bits(field []byte, pinLength int, decode func([]byte) (string, bool)) float64 {
	f := append([]byte(nil), field...)
	sum := 0.0
	for i := range f {
		for shift := 0; shift <= 4; shift += 4 {
			good, was := 0, f[i]
			for v := range 16 {
				f[i] = was&^(0xf<<shift) | byte(v)<<shift
				if pin, ok := decode(f); ok && len(pin) == pinLength {
					good++
				}
			}
			f[i] = was
			sum += math.Log2(16 / float64(good))
		}
	}
	return sum
}

// unusual returns how much rarer a PIN of n digits is than one of four, in
// bits. Without it, a block of random digits would pass for one long PIN.
func unusual(n int) float64 {
	switch n {
	case 4:
		return 0
	case 5, 6:
		return 2
	case 7, 8:
		return 5
	case 0, 1, 2, 3:
		return 9
	}
	return 7
}

// oneIn says bits in words.
func oneIn(bits float64) string {
	n := math.Exp2(bits)
	switch {
	case n < 2:
		return "every random block fits like this"
	case n < 10000:
		return fmt.Sprintf("about one random block in %d fits like this", round(n))
	case n < 1e7:
		return fmt.Sprintf("about one random block in %d 000 fits like this", round(n/1000))
	}
	return fmt.Sprintf("about one random block in 10^%d fits like this", int(math.Log10(n)))
}

// round returns n with two digits that count.
func round(n float64) int {
	if n < 100 {
		return int(math.Round(n))
	}
	unit := math.Pow10(int(math.Log10(n)) - 1)
	return int(math.Round(n/unit) * unit)
}

// grade says a score in a word.
func grade(score float64) string {
	switch {
	case score >= 24:
		return "strong"
	case score >= 13:
		return "fair"
	}
	return "weak"
}
