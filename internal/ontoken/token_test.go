package ontoken_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/ontoken"
)

var errToken = errors.New("the token is on fire")

// rights are what an object on the token may be used for.
type rights uint8

const (
	canDerive rights = 1 << iota
	canEncryptData
	canWrap
	canUnwrap
	canExtract // be wrapped
)

const secret = canDerive | canExtract

type object struct {
	value  []byte
	rights rights
	cipher cipher.Block
}

// token is a token in software that keeps to the rules, and keeps account: of its
// objects, of the calls, and of every byte that crossed the boundary.
type token struct {
	t       testing.TB
	objects map[ontoken.Object]*object
	last    ontoken.Object
	calls   int // but for those that destroy
	fail    int // which of them fails, 0 for none
	destroy int // calls that do
	most    int // objects at a time
	seen    [][]byte
}

func newToken(t testing.TB) *token {
	return &token{t: t, objects: map[ontoken.Object]*object{}}
}

func (k *token) add(o *object) ontoken.Object {
	k.last++
	k.objects[k.last] = o
	k.most = max(k.most, len(k.objects))
	return k.last
}

// key puts a key on the token, as whoever keeps it would have done.
func (k *token) key(value []byte, r rights) ontoken.Object {
	return k.add(&object{value: value, rights: r, cipher: newCipher(value)})
}

func newCipher(value []byte) cipher.Block {
	var c cipher.Block
	var err error
	switch len(value) {
	case 8:
		c, err = des.NewCipher(value)
	case 16:
		c, err = des.NewTripleDESCipher(append(bytes.Clone(value), value[:8]...))
	default:
		err = errors.New("no DES key is so long")
	}
	if err != nil {
		panic(err)
	}
	return c
}

// aesKey puts an AES key on the token.
func (k *token) aesKey(value []byte, r rights) ontoken.Object {
	c, err := aes.NewCipher(value)
	require.NoError(k.t, err)
	return k.add(&object{value: value, rights: r, cipher: c})
}

// call counts a call and returns what goes wrong with it.
func (k *token) call() error {
	k.calls++
	if k.calls == k.fail {
		return errToken
	}
	return nil
}

func (k *token) saw(b []byte) { k.seen = append(k.seen, bytes.Clone(b)) }

// use returns an object that is there and has the rights.
func (k *token) use(o ontoken.Object, r rights) (*object, error) {
	x := k.objects[o]
	if x == nil {
		return nil, fmt.Errorf("object %d is not there", o)
	}
	if x.rights&r != r {
		return nil, fmt.Errorf("object %d has not the rights %b", o, r)
	}
	return x, nil
}

func (k *token) useKey(key ontoken.Key, r rights, size int) (cipher.Block, error) {
	x, err := k.use(key.Object, r)
	switch {
	case err != nil:
		return nil, err
	case x.cipher.BlockSize() != key.BlockSize, (len(x.value) == 8) != key.DES:
		return nil, errors.New("the key is of another kind")
	case size == 0 || size%key.BlockSize != 0:
		return nil, errors.New("not whole blocks")
	}
	return x.cipher, nil
}

func ecb(c cipher.Block, f func(c cipher.Block, dst, src []byte), dst, src []byte) {
	for n := c.BlockSize(); len(src) > 0; dst, src = dst[n:], src[n:] {
		f(c, dst, src)
	}
}

func (k *token) Unwrap(key ontoken.Key, block []byte) (ontoken.Object, error) {
	if err := k.call(); err != nil {
		return 0, err
	}
	c, err := k.useKey(key, canUnwrap, len(block))
	if err != nil {
		return 0, err
	}
	k.saw(block)
	out := make([]byte, len(block))
	ecb(c, cipher.Block.Decrypt, out, block)
	return k.add(&object{value: out, rights: secret}), nil
}

func (k *token) Decipher(key ontoken.Key, dst, src []byte) error {
	if err := k.call(); err != nil {
		return err
	}
	if key.BlockSize != 16 || len(src) != 16 || len(dst) != 16 {
		return errors.New("only for ISO-4")
	}
	c, err := k.useKey(key, canUnwrap, len(src))
	if err != nil {
		return err
	}
	k.saw(src)
	ecb(c, cipher.Block.Decrypt, dst, src)
	k.saw(dst)
	return nil
}

func (k *token) Wrap(key ontoken.Key, o ontoken.Object, dst []byte) error {
	if err := k.call(); err != nil {
		return err
	}
	x, err := k.use(o, canExtract)
	if err != nil {
		return err
	}
	c, err := k.useKey(key, canWrap, len(x.value))
	if err != nil {
		return err
	}
	if len(dst) != len(x.value) {
		return errors.New("dst is not as long as the object")
	}
	ecb(c, cipher.Block.Encrypt, dst, x.value)
	k.saw(dst)
	return nil
}

func (k *token) Create(value []byte) (ontoken.Object, error) {
	return k.derive(0, value, func([]byte) ([]byte, error) { return bytes.Clone(value), nil })
}

func (k *token) XOR(o ontoken.Object, mask []byte) (ontoken.Object, error) {
	return k.derive(o, mask, func(base []byte) ([]byte, error) {
		if len(base) != len(mask) {
			return nil, errors.New("the mask is not as long as the object")
		}
		out := make([]byte, len(base))
		subtle.XORBytes(out, base, mask)
		return out, nil
	})
}

func (k *token) Extract(o ontoken.Object, bit, size int) (ontoken.Object, error) {
	return k.derive(o, nil, func(base []byte) ([]byte, error) {
		if bit < 0 || size < 1 || bit+8*size > 8*len(base) {
			return nil, errors.New("out of bounds")
		}
		out := make([]byte, size)
		for i := range 8 * size {
			at := bit + i
			out[i/8] |= base[at/8] >> (7 - at%8) & 1 << (7 - i%8)
		}
		return out, nil
	})
}

func (k *token) Append(o ontoken.Object, data []byte) (ontoken.Object, error) {
	return k.derive(o, data, func(base []byte) ([]byte, error) {
		return append(bytes.Clone(base), data...), nonEmpty(data)
	})
}

func (k *token) Prepend(data []byte, o ontoken.Object) (ontoken.Object, error) {
	return k.derive(o, data, func(base []byte) ([]byte, error) {
		return append(bytes.Clone(data), base...), nonEmpty(data)
	})
}

func nonEmpty(data []byte) error {
	if len(data) == 0 {
		return errors.New("nothing to put there")
	}
	return nil
}

// derive makes a secret of another, or of none, by way of public data.
func (k *token) derive(o ontoken.Object, data []byte, f func(base []byte) ([]byte, error)) (ontoken.Object, error) {
	if err := k.call(); err != nil {
		return 0, err
	}
	base := &object{}
	if o != 0 {
		var err error
		if base, err = k.use(o, canDerive); err != nil {
			return 0, err
		}
	}
	out, err := f(base.value)
	if err != nil {
		return 0, err
	}
	if data != nil {
		k.saw(data)
	}
	return k.add(&object{value: out, rights: secret}), nil
}

func (k *token) Destroy(o ontoken.Object) {
	k.destroy++
	if k.objects[o] == nil {
		k.t.Errorf("object %d is destroyed, and is not there", o)
	}
	delete(k.objects, o)
}

func (k *token) EncryptData(base ontoken.Object, data []byte) (ontoken.Object, error) {
	if err := k.call(); err != nil {
		return 0, err
	}
	x, err := k.use(base, canEncryptData)
	if err != nil {
		return 0, err
	}
	if len(data) != 8 {
		return 0, errors.New("not 8 bytes")
	}
	k.saw(data)
	out := make([]byte, 8)
	x.cipher.Encrypt(out, data)
	return k.add(&object{value: out, rights: secret}), nil
}

func (k *token) DESKey(half ontoken.Object) (ontoken.Key, error) {
	if err := k.call(); err != nil {
		return ontoken.Key{}, err
	}
	x, err := k.use(half, canDerive)
	if err != nil {
		return ontoken.Key{}, err
	}
	if len(x.value) != 8 {
		return ontoken.Key{}, errors.New("not 8 bytes")
	}
	return ontoken.Key{Object: k.key(bytes.Clone(x.value), canWrap), BlockSize: 8, DES: true}, nil
}

func (k *token) PINKey(left, right ontoken.Object) (ontoken.Key, error) {
	if err := k.call(); err != nil {
		return ontoken.Key{}, err
	}
	l, err := k.use(left, canDerive)
	if err != nil {
		return ontoken.Key{}, err
	}
	r, err := k.use(right, canDerive)
	if err != nil {
		return ontoken.Key{}, err
	}
	return ontoken.Key{Object: k.key(append(bytes.Clone(l.value), r.value...), canWrap|canUnwrap), BlockSize: 8}, nil
}

var _ ontoken.Deriver = (*token)(nil)

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
