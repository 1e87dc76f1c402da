//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// key is a key on the token. It holds no handle: handles go when the token goes,
// and the key outlives that.
type key struct {
	d      *Device
	info   hsm.KeyInfo
	rights rights // that it was found with
	from   source

	why atomic.Pointer[string] // what lacks has said
}

// source is where the handle of a key comes from.
type source interface {
	// object returns the key as the link of the bench sees it.
	object(b *bench) (object, error)
	// forget is told that what object returned is no more.
	forget(l *link)
}

// FindKey implements [hsm.Device]: the reference is the key's label. A key that
// other software made has no usage, so the front refuses it.
func (d *Device) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l := d.link.Load(); l != nil && !d.closed.Load() {
		if o, ok := l.handles.get(ref); ok {
			return o.key, nil
		}
	}
	o, err := work(ctx, d, ref, true, func(b *bench) (object, error) { return b.lookup(ref) })
	if err != nil {
		return nil, err
	}
	return o.key, nil
}

// Info implements [hsm.Key].
func (k *key) Info() *hsm.KeyInfo { return &k.info }

// BlockSize implements [pinblock.Encrypter].
func (k *key) BlockSize() int { return k.info.Algorithm.BlockSize() }

// Encrypt implements [pinblock.Encrypter].
func (k *key) Encrypt(ctx context.Context, dst, src []byte) error {
	return k.ecb(ctx, dst, src, (*bound).Encrypt)
}

// Decrypt implements [pinblock.Decrypter]. A PIN verification key cannot: the
// error is [hsm.ErrKeyUsage], from the token.
func (k *key) Decrypt(ctx context.Context, dst, src []byte) error {
	return k.ecb(ctx, dst, src, (*bound).Decrypt)
}

// ecb enciphers or deciphers whole blocks in an operation of its own.
func (k *key) ecb(ctx context.Context, dst, src []byte, f func(*bound, context.Context, []byte, []byte) error) error {
	buf := bytes.Clone(src)
	out, err := work(ctx, k.d, k.info.Label, true, func(b *bench) ([]byte, error) {
		out := make([]byte, len(buf))
		if err := f(b.bind(k), b.ctx, out, buf); err != nil {
			return nil, err
		}
		return out, nil
	})
	if err != nil {
		clear(dst) // in place, it would hold what was to be enciphered
		return err
	}
	defer clear(out)
	if len(dst) != len(out) {
		clear(dst)
		return pinblock.ErrBlockSize
	}
	copy(dst, out)
	return nil
}

// lacks says that the key may not do what takes a right. It is asked for in every
// operation, and so put together once: what is told is about the first right that
// was asked for.
func (k *key) lacks(right uint, verb string) string {
	if why := k.why.Load(); why != nil {
		return *why
	}
	why := "key " + k.info.Label + " may not " + verb + " (" + rightNames[right].name + " is false): a key that is made now may"
	k.why.Store(&why)
	return why
}

// object returns the object of a key, for something that takes a right.
func (b *bench) object(k *key, right uint) (object, error) {
	o, err := k.from.object(b)
	if err != nil {
		return object{}, err
	}
	if b.used == nil {
		b.used = b.two[:0]
	}
	b.used = append(b.used, use{k, o.handle})
	return o, o.mayUse(right)
}

// vanished reports whether err comes of a key that was used and is not on the token
// any more. A key that goes while a call uses it may fail the call with any code:
// SoftHSM2 then takes it for one of another kind.
func (b *bench) vanished(err error) bool {
	if err == nil || len(b.used) == 0 {
		return false
	}
	if c := pkcs11.Error(0); !errors.As(err, &c) || gone(err) {
		return false
	}
	if staleHandle(err) {
		return true
	}
	for _, u := range b.used {
		err := b.adminCall(func(p *pkcs11.Ctx) error {
			_, err := p.GetAttributeValue(b.s, u.handle, []*pkcs11.Attribute{attr(pkcs11.CKA_LABEL, nil)})
			return err
		})
		if staleHandle(err) {
			return true
		}
	}
	return false
}

// staleHandle reports whether err says that a key is not there any more.
func staleHandle(err error) bool {
	return is(err, pkcs11.CKR_KEY_HANDLE_INVALID, pkcs11.CKR_OBJECT_HANDLE_INVALID,
		pkcs11.CKR_WRAPPING_KEY_HANDLE_INVALID, pkcs11.CKR_UNWRAPPING_KEY_HANDLE_INVALID)
}

// labelled is the source of a key that was found by its label.
type labelled struct{ info hsm.KeyInfo }

func (s *labelled) object(b *bench) (object, error) {
	o, err := b.lookup(s.info.Label)
	if err == nil && (o.key == nil || o.key.from != s) && o.info != s.info {
		err = &hsm.Error{Key: s.info.Label, Err: hsm.ErrKeyNotFound, Hint: "another key has taken its label"}
	}
	return o, err
}

func (s *labelled) forget(l *link) { l.handles.forget(s.info.Label) }

var (
	_ pinblock.Encrypter = (*key)(nil)
	_ pinblock.Decrypter = (*key)(nil)
)
