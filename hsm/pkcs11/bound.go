//go:build cgo

package pkcs11

import (
	"context"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// bound is a key for the time of one operation, with the session that is used: what
// [hsm.Arithmetic] enciphers and deciphers with in this process.
type bound struct {
	*key
	b *bench
}

func (b *bench) bind(k *key) *bound { return &bound{k, b} }

// maxBlocks is how many blocks go to the token in one call. Many at once are far
// cheaper than one by one; without a limit a batch would hold its memory on the
// token for as long as it is.
const maxBlocks = 4096

// maxWrapped is how many bytes are wrapped and unwrapped in one call, where a key
// may do no more: tokens have limits to the length of a key.
const maxWrapped = 256

// Encrypt implements [pinblock.Encrypter]. A key that may only wrap enciphers by
// wrapping.
func (k *bound) Encrypt(_ context.Context, dst, src []byte) error {
	right, wrap := uint(pkcs11.CKA_ENCRYPT), wraps(k.info.Usage, k.rights)
	if wrap {
		right = pkcs11.CKA_WRAP
	}
	return k.pieces(right, dst, src, func(o object, dst, src []byte) error {
		return k.b.encrypt(o.handle, k.BlockSize(), wrap, dst, src)
	})
}

// Decrypt implements [pinblock.Decrypter]. A key that may only unwrap deciphers by
// unwrapping into something that can be read.
func (k *bound) Decrypt(_ context.Context, dst, src []byte) error {
	right := uint(pkcs11.CKA_DECRYPT)
	if !k.rights.has(right) && k.rights.has(pkcs11.CKA_UNWRAP) && k.info.Usage == keys.UsagePIN {
		right = pkcs11.CKA_UNWRAP
	}
	return k.pieces(right, dst, src, func(o object, dst, src []byte) error {
		if right == pkcs11.CKA_UNWRAP {
			return chunks(dst, src, maxWrapped, func(dst, src []byte) error {
				return k.b.Decipher(ontoken.Key{Object: ontoken.Object(o.handle), BlockSize: k.BlockSize()}, dst, src)
			})
		}
		return chunks(dst, src, maxBlocks*k.BlockSize(), func(dst, src []byte) error {
			return k.b.crypt(false, ecb(k.BlockSize()), o.handle, dst, src)
		})
	})
}

// pieces checks what is to be enciphered or deciphered, and finds the key.
func (k *bound) pieces(right uint, dst, src []byte, f func(o object, dst, src []byte) error) (err error) {
	size := k.BlockSize()
	if size == 0 {
		return &hsm.Error{Key: k.info.Label, Err: hsm.ErrKeyUsage, Hint: "the key is neither TDES nor AES"}
	}
	if len(src) == 0 || len(src)%size != 0 || len(dst) != len(src) {
		return pinblock.ErrBlockSize
	}
	defer func() {
		if err != nil {
			clear(dst) // in place, it would hold what was to be enciphered
		}
	}()
	o, err := k.b.object(k.key, right)
	if err != nil {
		return err
	}
	return f(o, dst, src)
}

// wraps reports whether a key enciphers by wrapping: one for PIN blocks or PVVs that
// may do nothing else.
func wraps(u keys.Usage, r rights) bool {
	return (u == keys.UsagePIN || u == keys.UsageVisaPVV) && r.has(pkcs11.CKA_WRAP) && !r.has(pkcs11.CKA_ENCRYPT)
}

// encrypt enciphers src into dst, or wraps it.
func (b *bench) encrypt(h pkcs11.ObjectHandle, size int, wrap bool, dst, src []byte) error {
	if !wrap {
		return chunks(dst, src, maxBlocks*size, func(dst, src []byte) error { return b.crypt(true, ecb(size), h, dst, src) })
	}
	return chunks(dst, src, maxWrapped, func(dst, src []byte) error {
		o, err := b.Create(src)
		if err != nil {
			return err
		}
		defer b.Destroy(o)
		return b.Wrap(ontoken.Key{Object: ontoken.Object(h), BlockSize: size}, o, dst)
	})
}

// chunks calls f for pieces of at most so many bytes.
func chunks(dst, src []byte, most int, f func(dst, src []byte) error) error {
	for len(src) > 0 {
		n := min(most, len(src))
		if err := f(dst[:n], src[:n]); err != nil {
			return err
		}
		dst, src = dst[n:], src[n:]
	}
	return nil
}

// ecb returns the ECB mechanism of a block size.
func ecb(blockSize int) uint {
	if blockSize == 16 {
		return pkcs11.CKM_AES_ECB
	}
	return pkcs11.CKM_DES3_ECB
}

var (
	_ pinblock.Encrypter = (*bound)(nil)
	_ pinblock.Decrypter = (*bound)(nil)
)
