//go:build cgo

package pkcs11

import (
	"bytes"
	"context"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/pinverify"
)

// VerifyPIN implements [hsm.Device].
func (d *Device) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	f, k, err := d.keysOf(from, method)
	if err != nil {
		return err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpVerify, Method: v.Method, From: v.From.Format, FromKey: from, MethodKey: method})
	v.Block, v.Reference = bytes.Clone(v.Block), bytes.Clone(v.Reference)
	return d.do(ctx, f.info.Label, true, func(b *bench) error {
		if onToken {
			return b.verify(&v, f, k)
		}
		return hsm.Arithmetic{}.VerifyPIN(b.ctx, v, b.bind(f), b.bind(k))
	})
}

// verify verifies a PIN on the token.
func (b *bench) verify(v *hsm.Verification, from, method *key) error {
	source, err := b.wrapper(from, pkcs11.CKA_UNWRAP)
	if err != nil {
		return err
	}
	o := ontoken.New(b, b.l.marks)
	defer o.Close()
	field, err := o.Open(v.From.Format, source, v.Block, v.PAN)
	if err != nil {
		return err
	}
	switch m := v.Method.(type) {
	case pinverify.VisaPVV:
		pvk, err := b.wrapper(method, pkcs11.CKA_WRAP)
		if err != nil {
			return err
		}
		return o.VerifyPVV(m, pvk, field, v.PAN, v.Reference)
	case pinverify.StoredBlock:
		stored, err := b.wrapper(method, pkcs11.CKA_UNWRAP)
		if err != nil {
			return err
		}
		return o.VerifyStored(m, stored, field, v.PAN, v.Reference)
	}
	return errNotOnToken
}

// errNotOnToken cannot be returned: what is not done on the token is asked before.
var errNotOnToken = &hsm.Error{Err: hsm.ErrDevice, Hint: "the method is not done on the token"}

// PINReference implements [hsm.Device].
func (d *Device) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) ([]byte, error) {
	f, k, err := d.keysOf(from, method)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpReference, Method: r.Method, From: r.From.Format, Rules: r.Rules, FromKey: from, MethodKey: method})
	r.Block = bytes.Clone(r.Block)
	return work(ctx, d, f.info.Label, true, func(b *bench) ([]byte, error) {
		if onToken {
			return b.reference(&r, f, k)
		}
		return hsm.Arithmetic{}.PINReference(b.ctx, r, b.bind(f), b.bind(k))
	})
}

// reference computes a reference value on the token.
func (b *bench) reference(r *hsm.Reference, from, method *key) ([]byte, error) {
	source, target, err := b.wrappers(from, method)
	if err != nil {
		return nil, err
	}
	o := ontoken.New(b, b.l.marks)
	defer o.Close()
	field, err := o.Open(r.From.Format, source, r.Block, r.PAN)
	if err != nil {
		return nil, err
	}
	if !r.Rules.TakesLength(field.Len()) {
		return nil, pinverify.ErrRuleLength
	}
	switch m := r.Method.(type) {
	case pinverify.VisaPVV:
		return o.PVV(m, target, field, r.PAN)
	case pinverify.StoredBlock:
		return o.Seal(m.Format, target, field, r.PAN)
	}
	return nil, errNotOnToken
}
