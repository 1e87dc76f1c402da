package diagnose

import "math"

// familiarPANs are account numbers that test data is made with, the world over.
// A block that turns out to be for one of them is not there by accident.
var familiarPANs = []string{
	"4111111111111111", "4012888888881881", "4012345678909", "4242424242424242", "4000000000000002",
	"5555555555554444", "5105105105105100", "5454545454545454", "5432101234567891", "2223003122003222",
	"378282246310005", "371449635398431", "6011111111111117", "30569309025904", "3530111333300000", "6799998900000060919",
}

// familiar returns the evidence in bits that lies in the digits read from under
// the fill being those of a number that test data is made with, or one digit
// over and over; 0 if they are neither.
func familiar(sets [][]byte) float64 {
	known := make([]byte, len(sets))
	for i, set := range sets {
		if len(set) != 1 {
			return 0 // random fill, which does not tell
		}
		known[i] = '0' + set[0]
	}
	perDigit := math.Log2(10)
	if same(known) {
		return perDigit * float64(len(known)-1)
	}
	for _, pan := range familiarPANs {
		if body := pan[:len(pan)-1]; body[len(body)-len(known):] == string(known) {
			return perDigit*float64(len(known)) - math.Log2(float64(len(familiarPANs)))
		}
	}
	return 0
}

// same reports whether a row of digits is one digit over and over.
func same(digits []byte) bool {
	for _, d := range digits {
		if d != digits[0] {
			return false
		}
	}
	return len(digits) > 0
}
