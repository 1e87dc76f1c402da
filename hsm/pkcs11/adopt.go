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

// Adopt implements [hsm.Adopter]: it gives a key that other software made a CKA_ID of
// this package, in the place of the one it has, by which that software may know it. The
// check value in it is computed on the token if the key may encipher.
//
// The key's PKCS#11 rights stay as they are. If its usage needs one that it does
// not have the error is [hsm.ErrKeyUsage]; what it has beyond that, this package
// does not use.
func (d *Device) Adopt(ctx context.Context, label string, usage keys.Usage) (hsm.KeyInfo, error) {
	if !usage.Valid() {
		return hsm.KeyInfo{}, keys.ErrUnknownUsage
	}
	done, err := d.module.lockMaking(ctx)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	defer done()
	return work(ctx, d, label, true, func(b *bench) (hsm.KeyInfo, error) {
		b.l.handles.forget(label)
		o, err := b.lookup(label)
		if err != nil {
			return hsm.KeyInfo{}, err
		}
		if o.info.Usage == "" {
			err = b.adopt(&o, usage)
		} else if o.info.Usage != usage {
			err = &hsm.Error{Key: label, Err: hsm.ErrKeyUsage,
				Hint: fmt.Sprintf("the key has usage %s already, and a key has one for good", o.info.Usage)}
		}
		if err != nil {
			return hsm.KeyInfo{}, err
		}
		return o.info, nil
	})
}

// adopt gives the key a usage.
func (b *bench) adopt(o *object, usage keys.Usage) (err error) {
	s := hsm.KeySpec{Usage: usage, Algorithm: o.info.Algorithm}
	if s.Algorithm == 0 {
		return &hsm.Error{Key: o.info.Label, Err: hsm.ErrKeyUsage, Hint: "the key is not TDES of double or triple length, nor AES"}
	}
	if right, ok := b.d.able.lacks(s, o.rights); ok {
		return &hsm.Error{Key: o.info.Label, Err: hsm.ErrKeyUsage,
			Hint: fmt.Sprintf("a key of usage %s %s, and the token does not let this one: %s is false", usage, rightNames[right].verb, rightNames[right].name)}
	}
	kcv := o.info.KCV
	if o.rights.has(pkcs11.CKA_ENCRYPT) || wraps(usage, o.rights) {
		if kcv, err = b.checkValue(s, o.handle, o.rights); err != nil {
			return err
		}
	}
	err = b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		return c.SetAttributeValue(p, o.handle, []*pkcs11.Attribute{attr(pkcs11.CKA_ID, newKeyID(s, kcv))})
	})
	if unchangeable(err) {
		e := explain(o.info.Label, err).(*hsm.Error)
		e.Hint = "the token does not let the key's CKA_ID be changed, where its usage would be kept"
		return e
	}
	o.info.Usage, o.info.KCV = usage, kcv
	return err
}

// lacks returns the first right that a key of a usage is of no use without, and
// that it does not have. There may be more than one set of rights that will do.
func (a *abilities) lacks(s hsm.KeySpec, has rights) (right uint, lacks bool) {
	sets := a.needs(s)
	for i, set := range sets {
		missing := slices.IndexFunc(set, func(r uint) bool { return !has.has(r) })
		if missing < 0 {
			return 0, false
		}
		if i == 0 {
			right = set[missing]
		}
	}
	return right, len(sets) > 0
}

// needs returns the sets of rights any of which a key of a usage is good with, as
// far as this package exercises them.
func (a *abilities) needs(s hsm.KeySpec) []rights {
	onToken := a.of(s.Algorithm.BlockSize()).ok
	switch s.Usage {
	case keys.UsagePIN:
		sets := []rights{{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DECRYPT}, {pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}}
		if !onToken {
			sets = sets[:1]
		}
		return sets
	case keys.UsageVisaPVV:
		sets := []rights{{pkcs11.CKA_ENCRYPT}, {pkcs11.CKA_WRAP}}
		if !onToken {
			sets = sets[:1]
		}
		return sets
	case keys.UsageBDK:
		return []rights{{pkcs11.CKA_DERIVE}}
	case keys.UsageKEK, keys.UsageKBPK:
		return nil // what they take is tried when it is asked for
	}
	if r := mayHave(s); len(r) > 0 {
		return []rights{r}
	}
	return nil
}

var rightNames = map[uint]struct{ verb, name string }{
	pkcs11.CKA_ENCRYPT: {"enciphers", "CKA_ENCRYPT"},
	pkcs11.CKA_DECRYPT: {"deciphers", "CKA_DECRYPT"},
	pkcs11.CKA_DERIVE:  {"derives", "CKA_DERIVE"},
	pkcs11.CKA_WRAP:    {"wraps", "CKA_WRAP"},
	pkcs11.CKA_UNWRAP:  {"unwraps", "CKA_UNWRAP"},
	pkcs11.CKA_SIGN:    {"makes a CMAC", "CKA_SIGN"},
}

// unchangeable reports whether err says that a key's attributes are for good.
func unchangeable(err error) bool {
	return is(err, pkcs11.CKR_ATTRIBUTE_READ_ONLY, pkcs11.CKR_ACTION_PROHIBITED, pkcs11.CKR_FUNCTION_NOT_SUPPORTED,
		pkcs11.CKR_ATTRIBUTE_TYPE_INVALID, pkcs11.CKR_TEMPLATE_INCONSISTENT)
}
