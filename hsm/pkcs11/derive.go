//go:build cgo

package pkcs11

import (
	"context"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// DerivePINKey implements [hsm.Deriver] for AES DUKPT, on tokens with the
// mechanism CKM_AES_ECB_ENCRYPT_DATA: the BDK, the keys between and the PIN key
// never leave the token. The BDK needs the right to derive and no other.
//
// For TDES DUKPT, and on tokens without the mechanism, the error wraps
// errors.ErrUnsupported.
func (d *Device) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	k, ok := bdk.(*key)
	if !ok || k.d != d {
		return nil, &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "the key is not of this device"}
	}
	steps, err := steps(k.info, ksn, a)
	if err != nil {
		return nil, err
	}
	info := hsm.KeyInfo{Label: k.info.Label, Algorithm: a, Usage: keys.UsagePIN, Ephemeral: true}
	s := &derivation{bdk: k, steps: steps, info: info}
	err = d.do(ctx, info.Label, true, func(l *link) error {
		_, err := s.object(ctx, l)
		return err
	})
	if err != nil {
		s.Release()
		return nil, err
	}
	return &derivedKey{key{d, info, s}, s}, nil
}

// steps returns the way from a BDK or an initial key to a PIN key.
func steps(from hsm.KeyInfo, ksn dukpt.KSN, a keys.Algorithm) ([]dukpt.Step, error) {
	if from.Algorithm.BlockSize() == 8 {
		if ksn.IsAES() {
			return nil, dukpt.ErrScheme
		}
		return nil, &hsm.Error{Key: from.Label, Err: errors.ErrUnsupported,
			Hint: "TDES DUKPT takes an XOR of keys, which this device does not do on the token: soft: derives them, and AES DUKPT works on the token"}
	}
	steps, err := dukpt.Steps(from.Algorithm, ksn, dukpt.PIN, a)
	if err == nil && from.Usage == keys.UsageInitialKey {
		steps = steps[1:]
	}
	return steps, err
}

// derive goes from a BDK to the working key. The keys between are destroyed as
// soon as the next one is there, or is not going to be.
func (l *link) derive(ctx context.Context, bdk pkcs11.ObjectHandle, steps []dukpt.Step) (h pkcs11.ObjectHandle, err error) {
	h = bdk
	for i, s := range steps {
		r := rights{pkcs11.CKA_DERIVE}
		if i == len(steps)-1 {
			r = allows(hsm.KeySpec{Usage: s.Usage, Algorithm: s.Algorithm})
		}
		next, err := l.step(ctx, h, s, r)
		if i > 0 {
			l.destroy(h)
		}
		if err != nil {
			return 0, err
		}
		h = next
	}
	return h, nil
}

// step makes a key of another, as an object of the pinned session: any session
// can use it, and it is gone with the link if nobody destroys it.
func (l *link) step(ctx context.Context, base pkcs11.ObjectHandle, s dukpt.Step, r rights) (h pkcs11.ObjectHandle, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	t := template(hsm.KeySpec{Algorithm: s.Algorithm, Ephemeral: true}, l.token.LoginRequired, r)
	if s.Algorithm.BlockSize() == 16 {
		t = append(t, attr(pkcs11.CKA_VALUE_LEN, s.Algorithm.KeySize()))
	}
	m, free := aesEncryptData(s.Data)
	defer free()
	err = l.admin(ctx, func(c *pkcs11.Ctx, p pkcs11.SessionHandle) error {
		h, err = c.DeriveKey(p, m, base, t)
		return err
	})
	if is(err, pkcs11.CKR_MECHANISM_INVALID) {
		err = &hsm.Error{Err: errors.ErrUnsupported, Code: codeName(pkcs11.CKR_MECHANISM_INVALID),
			Hint: "the token does not derive keys by CKM_AES_ECB_ENCRYPT_DATA: see pinion device doctor"}
	}
	return h, err
}
