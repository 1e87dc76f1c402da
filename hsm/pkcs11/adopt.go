//go:build cgo

package pkcs11

import (
	"context"
	"fmt"
	"slices"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Adopt implements [hsm.Adopter]: it gives a key that other software made a
// [KeyID], in the place of the CKA_ID it has, by which that software may know it.
// The check value in it is computed on the token if the key may encipher.
//
// The key's PKCS#11 rights stay as they are. If its usage needs one that it does
// not have the error is [hsm.ErrKeyUsage]; what it has beyond that, this package
// does not use.
func (d *Device) Adopt(ctx context.Context, label string, usage keys.Usage) (info hsm.KeyInfo, err error) {
	if !usage.Valid() {
		return hsm.KeyInfo{}, keys.ErrUnknownUsage
	}
	d.module.making.Lock()
	defer d.module.making.Unlock()
	err = d.do(ctx, label, true, func(l *link) error {
		l.handles.forget(label)
		o, err := l.lookup(ctx, label)
		if err != nil {
			return err
		}
		if o.info.Usage == "" {
			err = l.adopt(ctx, &o, usage)
		} else if o.info.Usage != usage {
			err = &hsm.Error{Key: label, Err: hsm.ErrKeyUsage,
				Hint: fmt.Sprintf("the key has usage %s already, and a key has one for good", o.info.Usage)}
		}
		info = o.info
		return err
	})
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	return info, nil
}

// adopt gives the key a usage.
func (l *link) adopt(ctx context.Context, o *object, usage keys.Usage) (err error) {
	s := hsm.KeySpec{Usage: usage, Algorithm: o.info.Algorithm}
	if s.Algorithm == 0 {
		return &hsm.Error{Key: o.info.Label, Err: hsm.ErrKeyUsage, Hint: "the key is not TDES of double or triple length, nor AES"}
	}
	for _, right := range needs(s) {
		if !o.rights.has(right) {
			return &hsm.Error{Key: o.info.Label, Err: hsm.ErrKeyUsage,
				Hint: fmt.Sprintf("a key of usage %s %s, and the token does not let this one: %s is false", usage, rightNames[right].verb, rightNames[right].name)}
		}
	}
	kcv := o.info.KCV
	if o.rights.has(pkcs11.CKA_ENCRYPT) {
		if kcv, err = l.checkValue(ctx, s.Algorithm, o.handle); err != nil {
			return err
		}
	}
	id := KeyID{usage, s.Algorithm, kcv}
	err = l.admin(ctx, func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		return c.SetAttributeValue(p, o.handle, []*pkcs11.Attribute{attr(pkcs11.CKA_ID, id.String())})
	})
	if unchangeable(err) {
		e := explain(o.info.Label, err).(*hsm.Error)
		e.Hint = "the token does not let the key's CKA_ID be changed, where its usage would be kept"
		return e
	}
	o.info.Usage, o.info.KCV = usage, kcv
	return err
}

// needs returns the rights without which a key of a usage is of no use: those it
// would be made with, as far as this package exercises them.
func needs(s hsm.KeySpec) rights {
	if s.Usage == keys.UsageBDK {
		return rights{pkcs11.CKA_DERIVE}
	}
	return slices.DeleteFunc(slices.Clone(allows(s)), func(right uint) bool { return !rightsRead.has(right) })
}

var rightNames = map[uint]struct{ verb, name string }{
	pkcs11.CKA_ENCRYPT: {"enciphers", "CKA_ENCRYPT"},
	pkcs11.CKA_DECRYPT: {"deciphers", "CKA_DECRYPT"},
	pkcs11.CKA_DERIVE:  {"derives", "CKA_DERIVE"},
}

// unchangeable reports whether err says that a key's attributes are for good.
func unchangeable(err error) bool {
	return is(err, pkcs11.CKR_ATTRIBUTE_READ_ONLY, pkcs11.CKR_ACTION_PROHIBITED, pkcs11.CKR_FUNCTION_NOT_SUPPORTED,
		pkcs11.CKR_ATTRIBUTE_TYPE_INVALID, pkcs11.CKR_TEMPLATE_INCONSISTENT)
}
