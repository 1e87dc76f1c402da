//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/keys"
)

// GenerateKey implements [hsm.KeyManager]: the token draws the key. Its check
// value is computed on the token; it is empty if the token does not let a key's
// attributes be changed once it is made.
func (d *Device) GenerateKey(ctx context.Context, s hsm.KeySpec) (hsm.KeyInfo, error) {
	return d.create(ctx, s, func(l *link) (hsm.KeyInfo, error) {
		kcv, err := l.generateChecked(ctx, s)
		if unchangeable(err) {
			kcv = ""
			_, err = l.generate(ctx, s, allows(s), KeyID{Usage: s.Usage, Algorithm: s.Algorithm}.String())
		}
		return info(s, kcv), err
	})
}

// generateChecked makes a key and computes its check value, which takes the
// right to encipher. A key whose usage does not have that right has it until
// the check value is known; so long as it has no CKA_ID, and so no usage, and
// the front refuses it.
func (l *link) generateChecked(ctx context.Context, s hsm.KeySpec) (kcv string, err error) {
	r := allows(s)
	final := []*pkcs11.Attribute{}
	if !r.has(pkcs11.CKA_ENCRYPT) {
		r = append(r[:len(r):len(r)], pkcs11.CKA_ENCRYPT)
		final = append(final, attr(pkcs11.CKA_ENCRYPT, false))
	}
	h, err := l.generate(ctx, s, r, "")
	if err != nil {
		return "", err
	}
	kcv, err = l.checkValue(ctx, s.Algorithm, h)
	if err == nil {
		final = append(final, attr(pkcs11.CKA_ID, KeyID{s.Usage, s.Algorithm, kcv}.String()))
		err = l.admin(ctx, func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
			return c.SetAttributeValue(p, h, final)
		})
	}
	if err != nil {
		l.destroy(h)
	}
	if errors.Is(err, errDropped) {
		err = explain(s.Label, err) // not one who waited and has done nothing: a key was made
	}
	return kcv, err
}

// destroy removes half a key, whatever became of the context and even on a link
// that was given up: as long as its user has not left, its sessions are there.
func (l *link) destroy(h pkcs11.ObjectHandle) {
	if l.shared {
		<-l.permits // who has it gives it back
		defer func() { l.permits <- struct{}{} }()
	}
	_ = l.m.adminCall(func(c *pkcs11.Ctx) error { return c.DestroyObject(l.pinned, h) })
}

// generate makes a key on the token.
func (l *link) generate(ctx context.Context, s hsm.KeySpec, r rights, id string) (h pkcs11.ObjectHandle, err error) {
	t := append(template(s, l.token.LoginRequired, r), attr(pkcs11.CKA_ID, id))
	mechanism := uint(pkcs11.CKM_AES_KEY_GEN)
	switch s.Algorithm {
	case keys.TDES2:
		mechanism = pkcs11.CKM_DES2_KEY_GEN
	case keys.TDES3:
		mechanism = pkcs11.CKM_DES3_KEY_GEN
	default:
		t = append(t, attr(pkcs11.CKA_VALUE_LEN, s.Algorithm.KeySize()))
	}
	err = l.admin(ctx, func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		h, err = c.GenerateKey(p, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, t)
		return err
	})
	return h, err
}

// checkValue computes a check value on the token, as keys.Key.KCV does: for TDES
// of the encipherment of zeros, for AES of the CMAC of zeros.
func (l *link) checkValue(ctx context.Context, a keys.Algorithm, h pkcs11.ObjectHandle) (string, error) {
	mechanism, size := des3ECB, a.BlockSize()
	if size == 16 {
		mechanism = aesECB
	}
	encipher := func(dst, src []byte) error {
		return l.use(ctx, func(c *pkcs11.Ctx, s pkcs11.SessionHandle) error {
			return run(c, s, encrypt, mechanism, h, dst, src)
		})
	}
	sum := make([]byte, size)
	err := error(nil)
	if size == 8 {
		err = encipher(sum, sum)
	} else {
		sum, err = cmac.SumFunc(size, encipher, make([]byte, size))
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%X", sum[:3]), nil
}
