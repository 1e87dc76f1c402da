package clear

import (
	"errors"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// ErrPIN is returned for test PINs that are not 0 to 16 decimal digits.
var ErrPIN = errors.New("pinblock/clear: PIN must be 0 to 16 decimal digits")

// PIN returns the PIN written in text, 0 to 16 decimal digits: also what is no
// cardholder's PIN but fits one of the older formats. The error is [ErrPIN].
func PIN(text string) (pinblock.PIN, error) {
	if len(text) > 16 {
		return pinblock.PIN{}, ErrPIN
	}
	w := uint64(1<<64 - 1)
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return pinblock.PIN{}, ErrPIN
		}
		shift := 60 - 4*i
		w = w&^(0xf<<shift) | uint64(text[i]-'0')<<shift
	}
	return pinblock.VeiledPIN(veil.Hide(w)), nil
}

// Digits returns the digits of a PIN; none for the zero PIN.
func Digits(pin pinblock.PIN) string {
	if pin.IsZero() {
		return ""
	}
	w := veil.Reveal(pin.Veiled())
	b := make([]byte, pin.Len())
	for i := range b {
		b[i] = '0' + byte(w>>(60-4*i)&0xf)
	}
	return string(b)
}

// PANDigits returns the digits of a PAN; none for the zero PAN.
func PANDigits(pan pinblock.PAN) string {
	n := pan.Len()
	if n == 0 {
		return ""
	}
	h, l := pan.Veiled()
	hi, lo := veil.Reveal(h), veil.Reveal(l)
	var b [pinblock.MaxPANLength]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = '0' + byte(lo&0xf)
		lo = lo>>4 | hi<<60
		hi >>= 4
	}
	return string(b[len(b)-n:])
}
