package bitdes

import "errors"

var (
	// ErrKeySize is returned for a key that is not of 16 or 24 bytes.
	ErrKeySize = errors.New("bitdes: a TDES key has 16 or 24 bytes")

	// ErrSize is returned unless src holds whole blocks of 8 bytes, dst is as
	// long, and there is a key for each block where each has its own.
	ErrSize = errors.New("bitdes: dst and src must hold the same number of whole blocks, and there must be a key for each lane")

	// ErrOverlap is returned for a dst that overlaps src without being the same.
	ErrOverlap = errors.New("bitdes: dst and src overlap without being the same")

	// ErrWiped is returned by a Cipher that has no key: after Wipe, or if it did
	// not come from New.
	ErrWiped = errors.New("bitdes: the cipher has no key")

	// ErrFIPS is returned with GODEBUG=fips140=only, as crypto/des does: TDES is
	// not an approved algorithm any more.
	ErrFIPS = errors.New("bitdes: TDES is not allowed with fips140=only")
)
