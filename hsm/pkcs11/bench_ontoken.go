//go:build cgo

package pkcs11

import (
	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
)

// The methods of this file make a bench an [ontoken.Token]: what the way on which
// PINs stay on the token is made of.

// field is what holds a part of a PIN block, or all of it: a secret of some bytes,
// which can be derived from and wrapped, and not read. A size of 0 is for
// operations that say it themselves.
func (b *bench) field(size int) made {
	return made{kind: pkcs11.CKK_GENERIC_SECRET, size: size, rights: rights{pkcs11.CKA_DERIVE},
		private: b.l.token.LoginRequired, extractable: true}
}

// mechanism returns the mechanism by which a key wraps and unwraps.
func mechanism(k ontoken.Key) uint {
	switch {
	case k.DES:
		return pkcs11.CKM_DES_ECB
	case k.BlockSize == 8:
		return pkcs11.CKM_DES3_ECB
	}
	return pkcs11.CKM_AES_ECB
}

// Unwrap implements [ontoken.Token].
func (b *bench) Unwrap(k ontoken.Key, block []byte) (ontoken.Object, error) {
	return b.unwrap(k, block, b.field(0))
}

func (b *bench) unwrap(k ontoken.Key, block []byte, m made) (ontoken.Object, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	b.l.m.begin(true)
	h, err := b.l.m.raw.unwrap(b.s, mechanism(k), pkcs11.ObjectHandle(k.Object), block, m)
	b.l.m.end(true)
	return ontoken.Object(h), b.fails(err)
}

// Decipher implements [ontoken.Token]: what is unwrapped can be read.
func (b *bench) Decipher(k ontoken.Key, dst, src []byte) error {
	m := b.field(0)
	m.readable, m.rights = true, nil
	o, err := b.unwrap(k, src, m)
	if err != nil {
		return err
	}
	defer b.Destroy(o)
	b.l.m.begin(false)
	n, err := b.l.m.raw.value(b.s, pkcs11.ObjectHandle(o), dst)
	b.l.m.end(false)
	return b.whole(n, len(dst), err)
}

// Wrap implements [ontoken.Token].
func (b *bench) Wrap(k ontoken.Key, o ontoken.Object, dst []byte) error {
	b.l.m.begin(false)
	n, err := b.l.m.raw.wrap(b.s, mechanism(k), pkcs11.ObjectHandle(k.Object), pkcs11.ObjectHandle(o), dst)
	b.l.m.end(false)
	return b.whole(n, len(dst), err)
}

// Create implements [ontoken.Token].
func (b *bench) Create(value []byte) (ontoken.Object, error) {
	b.l.m.begin(true)
	h, err := b.l.m.raw.create(b.s, value, b.field(0))
	b.l.m.end(true)
	return ontoken.Object(h), b.fails(err)
}

// derive makes an object of another by a mechanism with data.
func (b *bench) derive(mechanism uint, base ontoken.Object, data []byte, m made) (ontoken.Object, error) {
	b.l.m.begin(true)
	h, err := b.l.m.raw.derive(b.s, mechanism, pkcs11.ObjectHandle(base), data, m)
	b.l.m.end(true)
	return ontoken.Object(h), b.fails(err)
}

// deriveBy makes an object of another by a mechanism with a number.
func (b *bench) deriveBy(mechanism uint, base ontoken.Object, number uint, m made) (ontoken.Object, error) {
	b.l.m.begin(true)
	h, err := b.l.m.raw.deriveBy(b.s, mechanism, pkcs11.ObjectHandle(base), number, m)
	b.l.m.end(true)
	return ontoken.Object(h), b.fails(err)
}

// XOR implements [ontoken.Token].
func (b *bench) XOR(o ontoken.Object, mask []byte) (ontoken.Object, error) {
	return b.derive(pkcs11.CKM_XOR_BASE_AND_DATA, o, mask, b.field(0))
}

// Extract implements [ontoken.Token].
func (b *bench) Extract(o ontoken.Object, bit, size int) (ontoken.Object, error) {
	return b.deriveBy(pkcs11.CKM_EXTRACT_KEY_FROM_KEY, o, uint(bit), b.field(size))
}

// Append implements [ontoken.Token].
func (b *bench) Append(o ontoken.Object, data []byte) (ontoken.Object, error) {
	return b.derive(pkcs11.CKM_CONCATENATE_BASE_AND_DATA, o, data, b.field(0))
}

// Prepend implements [ontoken.Token].
func (b *bench) Prepend(data []byte, o ontoken.Object) (ontoken.Object, error) {
	return b.derive(pkcs11.CKM_CONCATENATE_DATA_AND_BASE, o, data, b.field(0))
}

// Destroy implements [ontoken.Token].
func (b *bench) Destroy(o ontoken.Object) { b.destroy(pkcs11.ObjectHandle(o)) }

// EncryptData implements [ontoken.Deriver].
func (b *bench) EncryptData(base ontoken.Object, data []byte) (ontoken.Object, error) {
	return b.derive(pkcs11.CKM_DES3_ECB_ENCRYPT_DATA, base, data, b.field(len(data)))
}

// DESKey implements [ontoken.Deriver].
func (b *bench) DESKey(half ontoken.Object) (ontoken.Key, error) {
	m := b.field(0)
	m.kind, m.rights, m.extractable = pkcs11.CKK_DES, rights{pkcs11.CKA_WRAP}, false
	o, err := b.derive(pkcs11.CKM_XOR_BASE_AND_DATA, half, make([]byte, 8), m)
	return ontoken.Key{Object: o, BlockSize: 8, DES: true}, err
}

// PINKey implements [ontoken.Deriver].
func (b *bench) PINKey(left, right ontoken.Object) (ontoken.Key, error) {
	m := b.field(0)
	m.kind, m.rights, m.extractable = pkcs11.CKK_DES2, rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}, false
	o, err := b.deriveBy(pkcs11.CKM_CONCATENATE_BASE_AND_KEY, left, uint(right), m)
	return ontoken.Key{Object: o, BlockSize: 8}, err
}

var _ ontoken.Deriver = (*bench)(nil)
