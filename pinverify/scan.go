package pinverify

import (
	"crypto/subtle"
	"encoding/binary"

	"github.com/pinion-hsm/pinion/pinblock"
)

// ScanPVV returns the four digits that the two-pass decimalization of Visa's PVV
// finds in a cryptogram of 8 bytes: its decimal digits from left to right and,
// if they are fewer than four, then its digits A to F from left to right, each
// less ten. The error is [ErrCryptogram].
func ScanPVV(cryptogram []byte) ([]byte, error) {
	if len(cryptogram) != 8 {
		return nil, ErrCryptogram
	}
	return text(scan(binary.BigEndian.Uint64(cryptogram)), 4), nil
}

// scan returns the four digits packed. It looks at every nibble twice whatever
// it finds: the Interbank PIN is such a row of digits.
func scan(w uint64) uint64 {
	digits, found := 0, 0
	pass := func(wanted, less int) {
		for i := range 16 {
			d := int(nibble(w, i))
			hit := subtle.ConstantTimeEq(int32(subtle.ConstantTimeLessOrEq(d, 9)), int32(wanted))
			hit &= subtle.ConstantTimeLessOrEq(found, 3)
			digits = subtle.ConstantTimeSelect(hit, digits<<4|(d-less)&0xf, digits)
			found += hit
		}
	}
	pass(1, 0)
	pass(0, 10)
	return uint64(digits)<<48 | rest(4)
}

// security returns Visa's transformed security parameter and its relatives: the
// 11 rightmost PAN digits without the check digit, and five more digits.
func security(pan pinblock.PAN, five uint64) (uint64, error) {
	if pan.Len() < 12 {
		return 0, ErrPAN
	}
	return panRight11(pan)<<20 | five, nil
}
