package pinblock

import "errors"

// Errors about what the caller passed in. They may be shown to the caller.
// None of them quotes a value.
var (
	ErrPINLength = errors.New("pinblock: this format does not hold a PIN of this length")
	ErrPadInPIN  = errors.New("pinblock: the pad digit occurs in the PIN; choose another pad digit")
	ErrFill      = errors.New("pinblock: fill is too short or has a nibble this format does not allow")
	ErrBlockSize = errors.New("pinblock: block has the wrong length: 8 bytes, 16 for ISO-4")
	ErrKeySize   = errors.New("pinblock: key does not fit the format: ISO-4 needs AES, every other format TDES")
	ErrCardKey   = errors.New("pinblock: this format is bound to a card's key (UDK-A) and made only through pinblock/clear")
)

// ErrBlock is the only error for anything learnt by deciphering a block: wrong
// key, wrong PAN, wrong control field, bad length, bad digit, bad fill. Which
// one it was is not revealed, because each answer is a question an attacker
// could ask about the PIN. With test keys, "pinion lab diagnose" explains.
var ErrBlock = errors.New("pinblock: invalid PIN block (wrong key, format or PAN, or a damaged block)")
