package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"fmt"

	"github.com/pinion-hsm/pinion/internal/overlap"
)

// ecb enciphers or deciphers whole blocks, each on its own. It is a func and not
// a cipher.Block because fmt prints what a Block points to, and that is the key
// schedule, of which the first words are the key; of a func it prints an address.
type ecb func(dst, src []byte)

// newECB returns the two directions of a cipher.
func newECB(b cipher.Block) (encrypt, decrypt ecb) {
	size := b.BlockSize()
	return func(dst, src []byte) {
			for i := 0; i < len(src); i += size {
				b.Encrypt(dst[i:i+size], src[i:i+size])
			}
		}, func(dst, src []byte) {
			for i := 0; i < len(src); i += size {
				b.Decrypt(dst[i:i+size], src[i:i+size])
			}
		}
}

// newBlock returns the cipher of raw, whatever the strength of the key: 8, 16 or
// 24 bytes if tdes, else 16, 24 or 32. Other lengths are [ErrKeySize].
func newBlock(tdes bool, raw []byte) (cipher.Block, error) {
	if !tdes {
		b, err := aes.NewCipher(raw)
		if err != nil {
			return nil, ErrKeySize // the only reason there is
		}
		return b, nil
	}
	var k [24]byte
	defer clear(k[:])
	switch len(raw) {
	case 8: // single DES is TDES with three equal parts
		copy(k[:8], raw)
		copy(k[8:16], raw)
		copy(k[16:], raw)
	case 16:
		copy(k[:16], raw)
		copy(k[16:], raw[:8])
	case 24:
		copy(k[:], raw)
	default:
		return nil, ErrKeySize
	}
	b, err := des.NewTripleDESCipher(k[:])
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err) // GODEBUG=fips140=only
	}
	return b, nil
}

// checkData returns an error unless dst and src hold whole blocks, as many, in
// the same place or in two.
func checkData(dst, src []byte, size int) error {
	if len(src) == 0 || len(src)%size != 0 || len(dst) != len(src) {
		return ErrBlockSize
	}
	// Where they overlap but are not the same, a block of output would fall on
	// input still to be read; the ciphers of the standard library panic.
	if overlap.Inexact(dst, src) {
		return ErrOverlap
	}
	return nil
}
