//go:build cgo

package pkcs11

import (
	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// wantsVariant reports whether a new key is a BDK of TDES DUKPT, which has a second
// object on tokens that derive from it.
func wantsVariant(s hsm.KeySpec) bool {
	return s.Usage == keys.UsageBDK && s.Algorithm == keys.TDES2
}

// variantTemplate returns the attributes of the second object of a BDK: it derives
// and has no other right. Its CKA_ID says whose it is.
func (b *bench) variantTemplate(s hsm.KeySpec) []*pkcs11.Attribute {
	id := variantPrefix + s.Label
	s.Label = ""
	return append(template(s, b.l.token.LoginRequired, rights{pkcs11.CKA_DERIVE}), attr(pkcs11.CKA_ID, id))
}

// createVariant makes the second object of a BDK whose bytes are given.
func (b *bench) createVariant(s hsm.KeySpec, bdk []byte) error {
	masked := make([]byte, len(bdk))
	defer clear(masked)
	for i := range masked {
		masked[i] = bdk[i] ^ variant[i]
	}
	t := append(b.variantTemplate(s), attr(pkcs11.CKA_VALUE, masked))
	return b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		_, err := c.CreateObject(p, t)
		return err
	})
}

// generateBDK has the token draw a BDK and combine it with the mask. For that the
// key has to be extractable; that is taken away from it, for good, before it gets a
// CKA_ID, and so a usage: until then it is nobody's.
func (b *bench) generateBDK(s hsm.KeySpec) (kcv string, err error) {
	r := rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DERIVE}
	t := append(template(s, b.l.token.LoginRequired, r), attr(pkcs11.CKA_ID, unfinished()))
	for _, a := range t {
		if a.Type == pkcs11.CKA_EXTRACTABLE {
			*a = *attr(pkcs11.CKA_EXTRACTABLE, true)
		}
	}
	h, err := b.generateBy(s, t)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			b.destroyPinned(h)
			_ = b.destroyVariants(info(s, ""))
		}
	}()
	if kcv, err = b.checkValue(s, h, r); err != nil {
		return "", err
	}
	masked := b.variantTemplate(s)
	if err = b.deriveVariant(h, masked); err != nil {
		return "", err
	}
	err = b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		return c.SetAttributeValue(p, h, []*pkcs11.Attribute{
			attr(pkcs11.CKA_EXTRACTABLE, false), attr(pkcs11.CKA_ENCRYPT, false),
			attr(pkcs11.CKA_ID, newKeyID(s, kcv))})
	})
	return kcv, err
}

// destroyVariants removes the second objects of a BDK.
func (b *bench) destroyVariants(k hsm.KeyInfo) error {
	if !wantsVariant(hsm.KeySpec{Usage: k.Usage, Algorithm: k.Algorithm}) {
		return nil
	}
	b.l.handles.forget(variantPrefix + k.Label)
	found, err := b.variants(k.Label)
	if err != nil {
		return err
	}
	for _, h := range found {
		err := b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error { return c.DestroyObject(p, h) })
		if err != nil {
			return err
		}
	}
	return nil
}

// deriveVariant makes the second object of a BDK on the token.
func (b *bench) deriveVariant(bdk pkcs11.ObjectHandle, t []*pkcs11.Attribute) error {
	m, free := withData(pkcs11.CKM_XOR_BASE_AND_DATA, variant)
	defer free()
	return b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		_, err := c.DeriveKey(p, m, bdk, t)
		return err
	})
}
