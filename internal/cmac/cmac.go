// Package cmac implements CMAC, NIST SP 800-38B, over block ciphers of 8 and 16
// bytes: TDES and AES. The standard library has it for its own use only, and
// for AES only.
package cmac

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// ErrBlockSize is returned for a cipher whose blocks are not of 8 or 16 bytes.
var ErrBlockSize = errors.New("cmac: block size must be 8 or 16 bytes")

// Sum returns the CMAC of msg under b, a whole block. It panics if b's block
// size is not 8 or 16.
func Sum(b cipher.Block, msg []byte) []byte {
	mac, err := SumFunc(b.BlockSize(), func(dst, src []byte) error {
		b.Encrypt(dst, src)
		return nil
	}, msg)
	if err != nil {
		panic(err) // a programmer's mistake: no other cipher is in use here
	}
	return mac
}

// SumFunc returns the CMAC of msg under a key that is only an encipherer of
// single blocks, such as one in an HSM. encrypt enciphers one block of size
// bytes, always in place (dst and src are the same slice); it is called once for
// the subkeys and once for each block of msg, and its error ends the
// computation.
func SumFunc(size int, encrypt func(dst, src []byte) error, msg []byte) ([]byte, error) {
	if size != 8 && size != 16 {
		return nil, ErrBlockSize
	}
	k := make([]byte, size) // SP 800-38B 6.1: L, then K1, then maybe K2
	defer clear(k)
	if err := encrypt(k, k); err != nil {
		return nil, err
	}
	double(k)

	x := make([]byte, size)
	for len(msg) > size { // the last block, whole or not, is another matter
		subtle.XORBytes(x, x, msg[:size])
		if err := encrypt(x, x); err != nil {
			return nil, err
		}
		msg = msg[size:]
	}

	// SP 800-38B 6.2 step 4: a last block that is not whole, an empty message
	// included, is padded with a one bit and masked with K2 instead of K1.
	subtle.XORBytes(x, x, msg)
	if len(msg) < size {
		x[len(msg)] ^= 0x80
		double(k)
	}
	subtle.XORBytes(x, x, k)
	if err := encrypt(x, x); err != nil {
		return nil, err
	}
	return x, nil
}

// double multiplies k by x in GF(2^64) or GF(2^128), SP 800-38B 5.3 and 6.1.
// The reduction is a multiplication, not a branch: k is secret.
func double(k []byte) {
	var carry byte
	for i := len(k) - 1; i >= 0; i-- {
		carry, k[i] = k[i]>>7, k[i]<<1|carry
	}
	r := byte(0x1b)
	if len(k) == 16 {
		r = 0x87
	}
	k[len(k)-1] ^= carry * r
}
