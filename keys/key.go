package keys

import (
	"context"

	"github.com/pinion-hsm/pinion/internal/secret"
)

// Key is a symmetric key in this process's memory, with its one usage. Make one
// with [Generate], [Combine], or from bytes with the package keys/cleartext.
//
// A Key is opaque: it prints without its bytes wherever it is held, refuses to be
// marshalled and cannot be compared with ==. It is a small value to be copied,
// and safe for concurrent use. The zero Key is invalid: every operation on it
// returns [ErrZeroKey].
type Key struct {
	_ [0]func()
	p *material // one pointer, so that passing a Key costs nothing
}

// material is what a Key is made of. It does not change once a Key has it.
type material struct {
	alg              Algorithm
	usage            Usage
	size             int // of a block
	bytes            secret.Bytes
	encrypt, decrypt ecb
}

var noMaterial material

// m returns what the key is made of; of the zero Key, nothing.
func (k Key) m() *material {
	if k.p == nil {
		return &noMaterial
	}
	return k.p
}

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k.p == nil }

// Algorithm returns the key's algorithm, zero for the zero Key.
func (k Key) Algorithm() Algorithm { return k.m().alg }

// Usage returns the key's usage, "" for the zero Key.
func (k Key) Usage() Usage { return k.m().usage }

// BlockSize returns the cipher's block size in bytes: 8 for TDES, 16 for AES,
// 0 for the zero Key.
func (k Key) BlockSize() int { return k.m().size }

// Encrypt enciphers each block of src into dst on its own (ECB). The length of
// src is a positive multiple of the block size and dst is as long, else the error
// is [ErrBlockSize]; the two are the same slice or do not overlap, else
// [ErrOverlap]. A context that is done is its own error. After an error dst is as
// it was. Encrypt allocates nothing.
func (k Key) Encrypt(ctx context.Context, dst, src []byte) error {
	if k.p == nil {
		return ErrZeroKey
	}
	if err := checkData(dst, src, k.p.size); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	k.p.encrypt(dst, src)
	return nil
}

// Decrypt deciphers each block of src into dst on its own (ECB), with the errors
// of Encrypt. The key of a PIN verification method (usages V0 to V5) does not
// decipher: the error is [ErrUsage].
func (k Key) Decrypt(ctx context.Context, dst, src []byte) error {
	if k.p == nil {
		return ErrZeroKey
	}
	if k.p.usage.verifies() {
		return ErrUsage
	}
	if err := checkData(dst, src, k.p.size); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	k.p.decrypt(dst, src)
	return nil
}

// WithUsage returns the same key for another usage: for a key whose usage is
// learnt after its bytes. A key in service keeps the one it has.
// The error is [ErrUnknownUsage], or [ErrZeroKey].
func (k Key) WithUsage(u Usage) (Key, error) {
	if k.IsZero() {
		return Key{}, ErrZeroKey
	}
	if !u.Valid() {
		return Key{}, ErrUnknownUsage
	}
	m := *k.p
	m.usage = u
	return Key{p: &m}, nil
}

// Equal reports whether k and other have the same algorithm and the same bytes,
// these compared in constant time. Usages are not compared. TDES keys that differ
// in parity bits only are not equal. The zero Key equals nothing, itself included.
func (k Key) Equal(other Key) bool {
	return k.m().alg == other.m().alg && secret.Equal(k.m().bytes, other.m().bytes)
}
