//go:build cgo

package pkcs11

import (
	"context"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// key is a key on the token. It holds no handle: handles go when the token goes,
// and the key outlives that.
type key struct {
	d    *Device
	info hsm.KeyInfo
	from source
}

// source is where the handle of a key comes from.
type source interface {
	// object returns the key as one link sees it.
	object(ctx context.Context, l *link) (object, error)
	// forget is told that what object returned is no more.
	forget(l *link)
}

// FindKey implements [hsm.Device]: the reference is the key's label. A key that
// other software made has no usage, so the front refuses it.
func (d *Device) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	var o object
	err := d.do(ctx, ref, true, func(l *link) (err error) {
		o, err = l.lookup(ctx, ref)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &key{d, o.info, labelled{o.info}}, nil
}

// Info implements [hsm.Key].
func (k *key) Info() *hsm.KeyInfo { return &k.info }

// BlockSize implements [pinblock.Encrypter].
func (k *key) BlockSize() int { return k.info.Algorithm.BlockSize() }

// Encrypt implements [pinblock.Encrypter].
func (k *key) Encrypt(ctx context.Context, dst, src []byte) error {
	return k.ecb(ctx, dst, src, encrypt)
}

// Decrypt implements [pinblock.Decrypter]. A PIN verification key cannot: the
// error is [hsm.ErrKeyUsage], from the token.
func (k *key) Decrypt(ctx context.Context, dst, src []byte) error {
	return k.ecb(ctx, dst, src, decrypt)
}

// direction is an operation of two calls.
type direction struct {
	right uint // which a key needs for it
	init  func(*pkcs11.Ctx, pkcs11.SessionHandle, []*pkcs11.Mechanism, pkcs11.ObjectHandle) error
	run   func(*pkcs11.Ctx, pkcs11.SessionHandle, []byte) ([]byte, error)
}

var (
	encrypt = direction{pkcs11.CKA_ENCRYPT, (*pkcs11.Ctx).EncryptInit, (*pkcs11.Ctx).Encrypt}
	decrypt = direction{pkcs11.CKA_DECRYPT, (*pkcs11.Ctx).DecryptInit, (*pkcs11.Ctx).Decrypt}

	des3ECB = []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_DES3_ECB, nil)}
	aesECB  = []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_ECB, nil)}
)

// maxBlocks is how many blocks go to the token in one call. Many at once are far
// cheaper than one by one; without a limit a batch would hold its session, and
// its memory on the token, for as long as it is.
const maxBlocks = 4096

// ecb enciphers or deciphers whole blocks, piece by piece: a piece that was done
// is not done again if the token goes away in the next one, so that working in
// place is safe.
func (k *key) ecb(ctx context.Context, dst, src []byte, dir direction) (err error) {
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
	for i := 0; i < len(src); i += maxBlocks * size {
		end := min(i+maxBlocks*size, len(src))
		if err := k.piece(ctx, dst[i:end], src[i:end], dir); err != nil {
			return err
		}
	}
	return nil
}

func (k *key) piece(ctx context.Context, dst, src []byte, dir direction) error {
	mechanism := des3ECB
	if k.BlockSize() == 16 {
		mechanism = aesECB
	}
	return k.d.do(ctx, k.info.Label, true, func(l *link) error {
		return k.withObject(ctx, l, func(o object) error {
			if err := o.mayUse(dir.right); err != nil {
				return err
			}
			return l.use(ctx, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
				return run(c, s, dir, mechanism, o.handle, dst, src)
			})
		})
	})
}

// run does one operation. The copies that the binding makes in C are freed
// without being cleared; the one in Go is cleared here.
func run(c *pkcs11.Ctx, s pkcs11.SessionHandle, dir direction, mechanism []*pkcs11.Mechanism, h pkcs11.ObjectHandle, dst, src []byte) error {
	if err := dir.init(c, s, mechanism, h); err != nil {
		return err
	}
	out, err := dir.run(c, s, src)
	if err != nil {
		return err
	}
	defer clear(out)
	if len(out) != len(src) {
		return fmt.Errorf("%w: it answered %d bytes to %d", hsm.ErrDevice, len(out), len(src))
	}
	copy(dst, out)
	return nil
}

// withObject calls f with the key as a link sees it, and once more if that turns
// out to be stale: if the key was deleted and made again elsewhere.
func (k *key) withObject(ctx context.Context, l *link, f func(object) error) error {
	for again := true; ; again = false {
		o, err := k.from.object(ctx, l)
		if err != nil {
			return err
		}
		err = f(o)
		if !is(err, pkcs11.CKR_KEY_HANDLE_INVALID, pkcs11.CKR_OBJECT_HANDLE_INVALID) || !again {
			return err
		}
		k.from.forget(l)
	}
}

// labelled is the source of a key that was found by its label.
type labelled struct{ info hsm.KeyInfo }

func (s labelled) object(ctx context.Context, l *link) (object, error) {
	o, err := l.lookup(ctx, s.info.Label)
	if err == nil && o.info != s.info {
		err = &hsm.Error{Key: s.info.Label, Err: hsm.ErrKeyNotFound, Hint: "another key has taken its label"}
	}
	return o, err
}

func (s labelled) forget(l *link) { l.handles.forget(s.info.Label) }

var (
	_ pinblock.Encrypter = (*key)(nil)
	_ pinblock.Decrypter = (*key)(nil)
)
