package cleartext

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// KCV returns the check value of raw by the given method, as that many hex digits
// in upper case, cut on the right: 4 up to all that the method gives, 16 for TDES,
// 32 for AES, 64 for HMAC. It takes keys that this library refuses, single DES and
// TDES with equal halves, so that a key from elsewhere can be identified.
//
// data is what the methods over other data work on, [keys.AESCMAC],
// [keys.TDESCMAC] and [keys.HMACSHA256]; the others do not read it.
//
// Errors are [keys.ErrKeySize] (8, 16 or 24 bytes for TDES, 16, 24 or 32 for AES,
// 14 or more for HMAC), [keys.ErrKCVMethod], [keys.ErrKCVLength], or that of
// crypto/des where TDES is switched off.
func KCV(raw []byte, m keys.KCVMethod, data []byte, hexDigits int) (string, error) {
	return keys.SecretKCV(secret.New(raw), m, data, hexDigits)
}

// OddParity returns a copy of key in which the lowest bit of each byte is set so
// that the byte has an odd number of ones, as DES keys have, FIPS 46-3.
func OddParity(key []byte) []byte { return open(keys.SecretOddParity(secret.New(key))) }

// HasOddParity reports whether every byte of key has an odd number of ones.
func HasOddParity(key []byte) bool { return keys.SecretHasOddParity(secret.New(key)) }
