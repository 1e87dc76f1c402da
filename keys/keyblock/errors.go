package keyblock

import (
	"errors"
	"strconv"
)

// Errors about what the caller passed in.
var (
	// ErrHeader is for what is wrong with a key block as anybody can see it: a
	// header field, an optional block, the length, text that is not hex. Every such
	// error is a [*FieldError].
	ErrHeader = errors.New("keys/keyblock: malformed key block")

	// ErrInconsistent is for a header that is well formed but says what X9.143 does
	// not allow, such as a PIN key that makes MACs. See [Header.Check].
	ErrInconsistent = errors.New("keys/keyblock: header is not as X9.143 has it")

	ErrKBPK           = errors.New("keys/keyblock: protection key does not fit: TDES for versions A, B and C, AES for D and E; usage K0 or K1, or K4 for D and E")
	ErrOpaqueKBPK     = errors.New("keys/keyblock: versions A and C need the bytes of the protection key, and this one does not give them")
	ErrVariantBinding = errors.New("keys/keyblock: wrapping in version A or C, which use variants of the protection key, has to be allowed: B is the TDES version to use")
	ErrStrength       = errors.New("keys/keyblock: the protection key is weaker than the key it is to protect")
	ErrKeySize        = errors.New("keys/keyblock: key is empty, or longer than keys of its algorithm are")
	ErrKeyMismatch    = errors.New("keys/keyblock: the header's usage or algorithm is not the key's")
	ErrTooLong        = errors.New("keys/keyblock: key block would be longer than 9999 characters")
	ErrPadding        = errors.New("keys/keyblock: length, key and padding do not fill whole blocks")

	// ErrNotCipherKey is for a block that holds something else than a TDES or AES
	// key: an HMAC key, an asymmetric one, single DES.
	ErrNotCipherKey = errors.New("keys/keyblock: the block does not hold a TDES or AES key")

	// ErrOptionalBlock is for an optional block whose data is not what its ID says.
	ErrOptionalBlock = errors.New("keys/keyblock: data of the optional block is not what its ID says")
)

// ErrMAC is the only error for what the protection key reveals: wrong KBPK,
// changed header, changed key, a key length that cannot be. Which one it was is
// not told, and nothing of the key is returned.
var ErrMAC = errors.New("keys/keyblock: key block is not authentic: wrong protection key, or the block was changed")

// FieldError says which field of a key block is wrong, where, and how. It wraps
// [ErrHeader] or [ErrInconsistent], and does not quote the field.
type FieldError struct {
	Field   string // such as "mode of use" or "optional block KS"
	Offset  int    // of its first character in the block, from 0 as X9.143 counts
	Problem string

	class error
}

// Error returns the whole message in one line.
func (e *FieldError) Error() string {
	return e.class.Error() + ": " + e.Field + " (character " + strconv.Itoa(e.Offset) + ", counted from 0): " + e.Problem
}

// Unwrap returns [ErrHeader] or [ErrInconsistent].
func (e *FieldError) Unwrap() error { return e.class }

// malformed returns an error of class [ErrHeader].
func malformed(field string, offset int, problem string) error {
	return &FieldError{Field: field, Offset: offset, Problem: problem, class: ErrHeader}
}
