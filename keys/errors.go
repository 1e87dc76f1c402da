package keys

import "errors"

// Errors about what the caller passed in. They may be shown to the caller: none
// of them quotes a value, because one typed in the wrong place may be a key.
var (
	ErrAlgorithm    = errors.New("keys: algorithm must be TDES2, TDES3, AES128, AES192 or AES256")
	ErrUnknownUsage = errors.New("keys: key usage must be two characters of X9.143, such as P0, V2 or B0")
	ErrUsage        = errors.New("keys: the key's usage does not allow this operation")
	ErrZeroKey      = errors.New("keys: no key: the zero Key cannot be used")
	ErrBlockSize    = errors.New("keys: data must be one or more whole blocks (8 bytes each for TDES, 16 for AES), and the output as long")
	ErrOverlap      = errors.New("keys: output and input must be the same slice or not overlap")

	ErrKeySize = errors.New("keys: key has the wrong length: 16 or 24 bytes for TDES; 16, 24 or 32 for AES")
	ErrWeak    = errors.New("keys: weak key: single DES, TDES with equal parts, or all zeros")

	ErrKCVMethod = errors.New("keys: check value method does not fit the key's algorithm, or is unknown")
	ErrKCVLength = errors.New("keys: check value must have 4 hex digits or more, and no more than the method's output has")

	ErrComponentCount  = errors.New("keys: a key has 2 to 9 components")
	ErrComponentLength = errors.New("keys: every component must be as long as the key, and made for its algorithm")
)
