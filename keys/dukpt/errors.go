package dukpt

import "errors"

// Errors about what the caller passed in. They may be shown to the caller. The
// functions of this package also return [keys.ErrZeroKey], [keys.ErrUsage] and
// [keys.ErrKeySize], where a key has the wrong usage or length, the error of
// crypto/des where TDES is switched off, and [keys.ErrWeak] for a key that comes
// out weak, which is not to be expected.
var (
	ErrKSN = errors.New("dukpt: key serial number must be 16 to 20 hex digits (8 to 10 bytes) for TDES, or 24 (12 bytes) for AES")

	// ErrCounterZero and ErrCounterBits are returned for transactions that no
	// terminal makes. A KSN whose counter is zero names the initial key.
	ErrCounterZero = errors.New("dukpt: transaction counter is zero: that is no transaction")
	ErrCounterBits = errors.New("dukpt: transaction counter has too many one bits: at most 10 for TDES, 17 for AES")
	ErrEndOfLife   = errors.New("dukpt: transaction counter is used up: the terminal needs a new initial key")

	ErrScheme    = errors.New("dukpt: key serial number is of the other scheme: 8 to 10 bytes go with a TDES key, 12 with an AES key")
	ErrPurpose   = errors.New("dukpt: working keys for this purpose do not exist, or do not work so")
	ErrAlgorithm = errors.New("dukpt: working keys of this algorithm do not exist, or do not work so: TDES DUKPT has TDES2 only")
	ErrStrength  = errors.New("dukpt: a working key cannot be stronger than the key it is derived from")

	ErrDataSize = errors.New("dukpt: data must be one or more whole blocks, and an IV one block")
)
