//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// Raw is the calls of a library that an operation cannot do without, on one session
// and in one goroutine, with nothing around them.
type Raw struct {
	m        *module
	s        pkcs11.SessionHandle
	from, to pkcs11.ObjectHandle
	probe    pkcs11.ObjectHandle
	field    made
}

// NewRaw returns the raw calls with two keys of the device. They hold a session
// until f returns.
func NewRaw(ctx context.Context, d *Device, from, to hsm.Key, f func(*Raw) error) error {
	return d.do(ctx, "", false, func(b *bench) error {
		o, err1 := b.object(from.(*key), pkcs11.CKA_UNWRAP)
		p, err2 := b.object(to.(*key), pkcs11.CKA_WRAP)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		r := &Raw{m: b.l.m, s: b.s, from: o.handle, to: p.handle, field: b.field(0)}
		if d.able.tdes.ok {
			k, err := b.probeKey(b.s)
			if err != nil {
				return err
			}
			r.probe = pkcs11.ObjectHandle(k.Object)
		}
		return f(r)
	})
}

// InProcess is what a translation of TDES to TDES takes in process: C_DecryptInit,
// C_Decrypt, C_EncryptInit, C_Encrypt.
func (r *Raw) InProcess(block []byte) ([]byte, error) {
	out := make([]byte, 8)
	_, err1 := r.m.raw.crypt(r.s, false, pkcs11.CKM_DES3_ECB, r.from, out, block)
	_, err2 := r.m.raw.crypt(r.s, true, pkcs11.CKM_DES3_ECB, r.to, out, out)
	return out, errors.Join(err1, err2)
}

// Many is InProcess for many blocks at once.
func (r *Raw) Many(blocks []byte) error {
	out := make([]byte, len(blocks))
	_, err1 := r.m.raw.crypt(r.s, false, pkcs11.CKM_DES3_ECB, r.from, out, blocks)
	_, err2 := r.m.raw.crypt(r.s, true, pkcs11.CKM_DES3_ECB, r.to, out, out)
	return errors.Join(err1, err2)
}

// OnToken is what a translation of ISO-0 to ISO-0 takes on the token, for a PIN of
// four digits: nine calls, and six that destroy what was made.
func (r *Raw) OnToken(block, pan []byte) (out []byte, err error) {
	w := &r.m.raw
	sized := func(n int) made { f := r.field; f.size = n; return f }
	var objects [6]pkcs11.ObjectHandle
	count := 0
	keep := func(h pkcs11.ObjectHandle, e error) pkcs11.ObjectHandle {
		objects[count], err = h, errors.Join(err, e)
		count++
		return h
	}
	var mark [16]byte
	look := func(o pkcs11.ObjectHandle, bit uint, n int) {
		part := keep(w.deriveBy(r.s, pkcs11.CKM_EXTRACT_KEY_FROM_KEY, o, bit, sized(n)))
		whole := keep(w.derive(r.s, pkcs11.CKM_CONCATENATE_BASE_AND_DATA, part, mark[:16-n], r.field))
		_, e := w.wrap(r.s, pkcs11.CKM_AES_ECB, r.probe, whole, bytes.Clone(mark[:]))
		err = errors.Join(err, e)
	}
	in := keep(w.unwrap(r.s, pkcs11.CKM_DES3_ECB, r.from, block, r.field))
	look(in, 0, 1)
	plain := keep(w.derive(r.s, pkcs11.CKM_XOR_BASE_AND_DATA, in, pan, r.field))
	look(plain, 24, 5)
	out = make([]byte, 8)
	_, e := w.wrap(r.s, pkcs11.CKM_DES3_ECB, r.to, in, out)
	err = errors.Join(err, e)
	for _, h := range objects {
		err = errors.Join(err, w.destroy(r.s, h))
	}
	return out, err
}
