//go:build cgo

package pkcs11

import (
	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// testAESDerivation tests that the token derives keys of an algorithm as it should,
// from a key that it draws and that is used for nothing else. Tokens are known that
// let a readable key be derived from one that is not, and the standard's word on
// which end is cut off is in a half sentence.
func (p *probe) testAESDerivation(a keys.Algorithm) error {
	base, err := p.drawBase()
	if err != nil {
		return err
	}
	data := make([]byte, (a.KeySize()+15)/16*16)
	for i := range data {
		data[i] = byte(i)
	}
	h, err := p.step(base, dukpt.Step{Data: data, Algorithm: a}, rights{pkcs11.CKA_ENCRYPT})
	if err != nil {
		return inCall("CKM_AES_ECB_ENCRYPT_DATA", err)
	}
	p.made = append(p.made, h)
	if err := p.kept(h); err != nil {
		return err
	}
	return p.testValue(base, h, a, data)
}

// drawBase has the token draw a key to derive from.
func (p *probe) drawBase() (h pkcs11.ObjectHandle, err error) {
	spec := hsm.KeySpec{Algorithm: keys.AES128, Ephemeral: true}
	t := append(template(spec, p.l.token.LoginRequired, rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DERIVE}), attr(pkcs11.CKA_VALUE_LEN, 16))
	err = p.adminCall(func(c *pkcs11.Ctx) (err error) {
		h, err = c.GenerateKey(p.s, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_KEY_GEN, nil)}, t)
		return err
	})
	if err != nil {
		return 0, inCall("C_GenerateKey", err)
	}
	p.made = append(p.made, h)
	return h, nil
}

// kept returns nil if a key cannot leave the token.
func (b *bench) kept(h pkcs11.ObjectHandle) error {
	if err := b.hidden(h); err != nil {
		return err
	}
	return b.call(func(c *pkcs11.Ctx) error {
		v, err := c.GetAttributeValue(b.s, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, nil)})
		if err == nil && !isFalse(v[0].Value) {
			return errReadable
		}
		return err
	})
}

// testValue compares the check values of a derived key and of what it should be,
// which its parent enciphers here: the two are of no other use.
func (b *bench) testValue(base, h pkcs11.ObjectHandle, a keys.Algorithm, data []byte) error {
	defer clear(data)
	if err := b.crypt(true, pkcs11.CKM_AES_ECB, base, data, data); err != nil {
		return err
	}
	want, err := keys.FromSecret(a, keys.UsageData, secret.New(data[:a.KeySize()]))
	if err != nil {
		return err
	}
	got, err := b.checkValue(hsm.KeySpec{Algorithm: a}, h, rights{pkcs11.CKA_ENCRYPT})
	if err == nil && got != want.KCV() {
		err = errProbe
	}
	return err
}

// isFalse reports whether an attribute is a CK_BBOOL, and false.
func isFalse(b []byte) bool { return len(b) == 1 && b[0] == 0 }
