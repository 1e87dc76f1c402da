package pinverify

import "errors"

// ErrWrongPIN is the answer of a verification that found the PIN to be wrong.
var ErrWrongPIN = errors.New("pinverify: wrong PIN")

// Errors about what the caller passed in. None of them quotes a value.
var (
	// ErrReference is returned for a reference value that is not one of the
	// method: wrong length, not digits '0' to '9', or a stored block that does
	// not open. It says nothing about the PIN.
	ErrReference = errors.New("pinverify: malformed reference value for this method")
	// ErrPIN is returned for a PIN that the method cannot have: the zero PIN,
	// fewer than four digits, a length the method does not take or, for the
	// German bank pool, a first digit 0.
	ErrPIN = errors.New("pinverify: the method has no such PIN: give one of a length and a first digit that it takes")
	// ErrPAN is returned for a PAN with too few digits.
	ErrPAN = errors.New("pinverify: PAN is too short for this method: give the whole PAN with its check digit")
	// ErrKey is returned for a key that does not fit the method.
	ErrKey = errors.New("pinverify: key does not fit the method")
	// ErrIndex is returned for a key index out of range.
	ErrIndex = errors.New("pinverify: key index (PVKI) must be 1 to 6")
	// ErrValidationDigits is returned for validation digits of an Interbank PIN
	// that are not three.
	ErrValidationDigits = errors.New("pinverify: validation digits must be 3 decimal digits")
	// ErrCheckLength is returned for a check length out of range.
	ErrCheckLength = errors.New("pinverify: check length must be 4 to 16 digits, or WholePIN")
	// ErrCryptogram is returned for a cryptogram that is not 8 bytes.
	ErrCryptogram = errors.New("pinverify: cryptogram must be 8 bytes")
)
