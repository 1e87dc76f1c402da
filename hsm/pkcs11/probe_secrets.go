//go:build cgo

package pkcs11

import (
	"bytes"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/internal/ontoken"
)

// testSecrets holds everything that is done to a part of a PIN block against known
// answers, and tries to read each result.
func (p *probe) testSecrets() error {
	k, err := p.probeKey(p.s)
	if err != nil {
		return err
	}
	left, right := []byte("\x00left of it"), []byte("and its other end")
	base := append(bytes.Clone(left), right...)
	for _, t := range []struct {
		call string
		f    func() (ontoken.Object, error)
		want []byte
	}{
		{"C_CreateObject", func() (ontoken.Object, error) { return p.Create(base[:16]) }, base[:16]},
		{"CKM_XOR_BASE_AND_DATA", func() (ontoken.Object, error) {
			return p.of(base[:16], func(o ontoken.Object) (ontoken.Object, error) { return p.XOR(o, base[5:21]) })
		}, xored(base[:16], base[5:21])},
		{"CKM_EXTRACT_KEY_FROM_KEY", func() (ontoken.Object, error) {
			return p.of(base, func(o ontoken.Object) (ontoken.Object, error) { return p.Extract(o, 12, 16) })
		}, shifted(base, 16)},
		{"CKM_CONCATENATE_BASE_AND_DATA", func() (ontoken.Object, error) {
			return p.of(left, func(o ontoken.Object) (ontoken.Object, error) { return p.Append(o, right[:16-len(left)]) })
		}, base[:16]},
		{"CKM_CONCATENATE_DATA_AND_BASE", func() (ontoken.Object, error) {
			return p.of(right[:16-len(left)], func(o ontoken.Object) (ontoken.Object, error) { return p.Prepend(left, o) })
		}, base[:16]},
	} {
		if err := p.answers(k, t.f, t.want); err != nil {
			return inCall(t.call, err)
		}
	}
	return nil
}

// of makes an object of bytes and calls f with it.
func (p *probe) of(value []byte, f func(ontoken.Object) (ontoken.Object, error)) (ontoken.Object, error) {
	o, err := p.Create(value)
	if err != nil {
		return 0, inCall("C_CreateObject", err)
	}
	defer p.Destroy(o)
	return f(o)
}

// answers returns nil if an object is hidden, and is what it should be as far as its
// ciphertext tells.
func (p *probe) answers(k ontoken.Key, f func() (ontoken.Object, error), want []byte) error {
	o, err := f()
	if err != nil {
		return err
	}
	defer p.Destroy(o)
	if err := p.hidden(pkcs11.ObjectHandle(o)); err != nil {
		return err
	}
	var got, due [16]byte
	if err := p.Wrap(k, o, got[:]); err != nil {
		return inCall("C_WrapKey", err)
	}
	_, err = p.of(want, func(o ontoken.Object) (ontoken.Object, error) { return 0, p.Wrap(k, o, due[:]) })
	if err == nil && got != due {
		err = errProbe
	}
	return err
}

func xored(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}

// shifted returns n bytes of b from its twelfth bit on.
func shifted(b []byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b[i+1]<<4 | b[i+2]>>4
	}
	return out
}

// hidden returns nil if a secret cannot be read.
func (b *bench) hidden(h pkcs11.ObjectHandle) error {
	var v [64]byte
	defer clear(v[:])
	b.l.m.begin(false)
	_, err := b.l.m.raw.value(b.s, h, v[:])
	b.l.m.end(false)
	switch {
	case err == nil:
		return errReadable
	case is(err, pkcs11.CKR_ATTRIBUTE_SENSITIVE, pkcs11.CKR_ATTRIBUTE_TYPE_INVALID):
		return nil
	}
	return err
}

// errReadable is why nothing is done on a token.
var errReadable = errors.New("what it was told to keep secret can be read, so nothing is left to it")
