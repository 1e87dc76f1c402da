package keyblock

import (
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// longest returns the length in bytes of the longest key of an algorithm, 0 where
// that says nothing.
func longest(algorithm byte) int {
	switch algorithm {
	case 'T':
		return keys.TDES3.KeySize()
	case 'A':
		return keys.AES256.KeySize()
	}
	return 0
}

// maxKeySize is what the two bytes that hold a key's length in bits can say.
const maxKeySize = 0xffff / 8

// check returns an error unless kbpk may wrap a key of size bytes under h.
func (s *settings) check(kbpk KBPK, h *Header, v *version, size int) error {
	if err := checkKBPK(kbpk, v); err != nil {
		return err
	}
	if v.variant && !s.variantBinding {
		return ErrVariantBinding
	}
	if n := longest(h.Algorithm); size == 0 || size > maxKeySize || n > 0 && size > n && !s.unchecked {
		return ErrKeySize
	}
	if !s.weakKBPK && kbpkStrength(kbpk.Algorithm()) < strength(h.Algorithm, size) {
		return ErrStrength
	}
	return nil
}

// payloadLen returns the length of the enciphered part in bytes.
func (s *settings) payloadLen(algorithm byte, v *version, size int) int {
	switch n := longest(algorithm); {
	case !secret.IsZero(s.padding):
		return v.payload(size + secret.Len(s.padding))
	case s.showLength || n == 0:
		return v.payload(size)
	default:
		return v.payload(max(n, size))
	}
}

// Bits of security, NIST SP 800-57 part 1 table 2, where double length TDES has 80.
const (
	bitsTDES2  = 80
	bitsTDES3  = 112
	bitsAES128 = 128
	bitsAES192 = 192
	bitsAES256 = 256
)

func kbpkStrength(a keys.Algorithm) int {
	return [...]int{
		keys.TDES2: bitsTDES2, keys.TDES3: bitsTDES3,
		keys.AES128: bitsAES128, keys.AES192: bitsAES192, keys.AES256: bitsAES256,
	}[a]
}

// strength returns the bits of security of a TDES or AES key. What others have
// depends on more than their length, and is 0.
func strength(algorithm byte, size int) int {
	switch {
	case algorithm == 'A':
		return 8 * size
	case algorithm == 'T' && size > keys.TDES2.KeySize():
		return bitsTDES3
	case algorithm == 'T':
		return bitsTDES2
	}
	return 0
}
