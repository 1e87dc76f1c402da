//go:build cgo

package pkcs11

import (
	"context"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// bench is one session for the time of one operation, and what was made on it. It
// is used by one goroutine.
type bench struct {
	ctx    context.Context
	d      *Device
	l      *link
	s      pkcs11.SessionHandle
	broken bool  // a call failed: the session may be in the middle of something
	used   []use // keys whose handles were taken
	made   []pkcs11.ObjectHandle
	two    [2]use // of used, so that it rarely needs a heap
}

// use is a key, and the object that it is.
type use struct {
	key    *key
	handle pkcs11.ObjectHandle
}

// call makes a call with the session of the bench, or the pinned one.
func (b *bench) call(f func(*pkcs11.Ctx) error) error {
	return b.fails(b.l.m.call(f))
}

// adminCall makes a call that changes the library's tables.
func (b *bench) adminCall(f func(*pkcs11.Ctx) error) error {
	return b.fails(b.l.m.adminCall(f))
}

// pinned calls f with the pinned session, which owns what outlives the operation.
func (b *bench) pinned(f func(*pkcs11.Ctx, pkcs11.SessionHandle) error) error {
	if !b.l.shared {
		b.l.pin.Lock()
		defer b.l.pin.Unlock()
	}
	return b.adminCall(func(c *pkcs11.Ctx) error { return f(c, b.l.pinned) })
}

// fails notes that a call failed.
func (b *bench) fails(err error) error {
	if err != nil {
		b.broken = true
	}
	return err
}

// clean destroys what the operation made. If that fails the session is closed,
// which destroys it too.
func (b *bench) clean() {
	for i := len(b.made) - 1; i >= 0; i-- {
		b.destroy(b.made[i])
	}
	b.made = nil
}

func (b *bench) destroy(h pkcs11.ObjectHandle) {
	m := b.l.m
	m.begin(true)
	defer m.end(true)
	_ = b.fails(m.raw.destroy(b.s, h))
}

// keep notes an object that is destroyed when the operation ends.
func (b *bench) keep(h pkcs11.ObjectHandle, err error) (pkcs11.ObjectHandle, error) {
	if b.fails(err) != nil {
		return 0, err
	}
	b.made = append(b.made, h)
	return h, nil
}

// crypt enciphers or deciphers src into dst, which may be the same.
func (b *bench) crypt(encrypt bool, mechanism uint, key pkcs11.ObjectHandle, dst, src []byte) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	m := b.l.m
	m.begin(false)
	n, err := m.raw.crypt(b.s, encrypt, mechanism, key, dst, src)
	m.end(false)
	return b.whole(n, len(dst), err)
}

// whole returns an error for an answer that has not the length it must have.
func (b *bench) whole(got, want int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("%w: it answered %d bytes where %d were due", hsm.ErrDevice, got, want)
	}
	return b.fails(err)
}
