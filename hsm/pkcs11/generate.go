//go:build cgo

package pkcs11

import (
	"context"
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
	return d.create(ctx, s, func(b *bench) (hsm.KeyInfo, error) {
		if d.able.tdesDUKPT.ok && wantsVariant(s) {
			kcv, err := b.generateBDK(s)
			return info(s, kcv), err
		}
		kcv, err := b.generateChecked(s)
		if unchangeable(err) {
			kcv = ""
			_, err = b.generate(s, d.able.rights(s), newKeyID(s, ""))
		}
		return info(s, kcv), err
	})
}

// generateChecked makes a key and computes its check value, which takes the
// right to encipher. A key whose usage does not have that right has it until
// the check value is known; so long as it has no CKA_ID, and so no usage, and
// the front refuses it.
func (b *bench) generateChecked(s hsm.KeySpec) (kcv string, err error) {
	r := b.d.able.rights(s)
	final := []*pkcs11.Attribute{}
	if !r.has(pkcs11.CKA_ENCRYPT) && !wraps(s.Usage, r) {
		r = append(r[:len(r):len(r)], pkcs11.CKA_ENCRYPT)
		final = append(final, attr(pkcs11.CKA_ENCRYPT, false))
	}
	h, err := b.generate(s, r, unfinished())
	if err != nil {
		return "", err
	}
	kcv, err = b.checkValue(s, h, r)
	if err == nil {
		final = append(final, attr(pkcs11.CKA_ID, newKeyID(s, kcv)))
		err = b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
			return c.SetAttributeValue(p, h, final)
		})
	}
	if err != nil {
		b.destroyPinned(h)
	}
	return kcv, err
}

// destroyPinned removes half a key, whatever became of the context and even on a
// link that was given up: as long as its user has not left, its sessions are there.
func (b *bench) destroyPinned(h pkcs11.ObjectHandle) {
	for range 2 { // it would stay: a failure that may pass is not the end of it
		err := b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error { return c.DestroyObject(p, h) })
		if err == nil || staleHandle(err) {
			return
		}
	}
}

// generate makes a key on the token.
func (b *bench) generate(s hsm.KeySpec, r rights, id string) (h pkcs11.ObjectHandle, err error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.generateBy(s, append(template(s, b.l.token.LoginRequired, r), attr(pkcs11.CKA_ID, id)))
}

func (b *bench) generateBy(s hsm.KeySpec, t []*pkcs11.Attribute) (h pkcs11.ObjectHandle, err error) {
	mechanism := uint(pkcs11.CKM_AES_KEY_GEN)
	switch s.Algorithm {
	case keys.TDES2:
		mechanism = pkcs11.CKM_DES2_KEY_GEN
	case keys.TDES3:
		mechanism = pkcs11.CKM_DES3_KEY_GEN
	default:
		t = append(t, attr(pkcs11.CKA_VALUE_LEN, s.Algorithm.KeySize()))
	}
	err = b.pinned(func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		h, err = c.GenerateKey(p, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, t)
		return err
	})
	return h, err
}

// checkValue computes a check value on the token, as keys.Key.KCV does: for TDES
// of the encipherment of zeros, for AES of the CMAC of zeros.
func (b *bench) checkValue(s hsm.KeySpec, h pkcs11.ObjectHandle, r rights) (string, error) {
	size := s.Algorithm.BlockSize()
	encipher := func(dst, src []byte) error { return b.encrypt(h, size, wraps(s.Usage, r), dst, src) }
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
