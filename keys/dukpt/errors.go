package dukpt

import "errors"

// Errors about what the caller passed in. They may be shown to the caller. The
// functions of this package also return [keys.ErrZeroKey], [keys.ErrUsage] and
// [keys.ErrKeySize], where a key has the wrong usage or length, the error of
// crypto/des where TDES is switched off, and [keys.ErrWeak] for a key that comes
// out weak, which is not to be expected.
var (
	ErrKSN = errors.New("keys/dukpt: KSN must be 16 to 20 hex digits (8 to 10 bytes) for TDES, or 24 (12 bytes) for AES")

	// ErrCounterZero and ErrCounterBits are returned for transactions that no
	// terminal makes. A KSN whose counter is zero names the initial key.
	ErrCounterZero = errors.New("keys/dukpt: transaction counter is zero: that is no transaction")
	ErrCounterBits = errors.New("keys/dukpt: transaction counter has too many one bits: at most 10 for TDES, 17 for AES")
	ErrEndOfLife   = errors.New("keys/dukpt: transaction counter is used up: the terminal needs a new initial key")

	ErrScheme    = errors.New("keys/dukpt: KSN is of the other scheme: 8 to 10 bytes go with a TDES key, 12 with an AES key")
	ErrPurpose   = errors.New("keys/dukpt: there are no working keys for this purpose, or they do not do this")
	ErrAlgorithm = errors.New("keys/dukpt: there are no working keys of this algorithm, or they do not do this: TDES DUKPT has TDES2 only")
	ErrStrength  = errors.New("keys/dukpt: a working key cannot be stronger than the key it is derived from")

	ErrColumn   = errors.New("keys/dukpt: give as many blocks as the column has keys, and dst as long")
	ErrDataSize = errors.New("keys/dukpt: data must be one or more whole blocks, and an IV one block")
)
