// Package luhn is the check digit of account numbers, ISO/IEC 7812-1 annex B.
package luhn

// Digit returns the check digit for decimal digits without one.
func Digit(digits string) byte {
	return '0' + byte((10-sum(digits, 0)%10)%10)
}

// Valid reports whether the last digit is the check digit of the others.
func Valid(digits string) bool { return sum(digits, 1)%10 == 0 }

// sum adds the digits up, every second one doubled, from the right; doubled is
// the position of the first that is.
func sum(digits string, doubled int) (n int) {
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == doubled {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		n += d
	}
	return n
}
