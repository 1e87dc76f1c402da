//go:build cgo

package pkcs11

import (
	"context"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/ontoken"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// DerivePINKey implements [hsm.Deriver]: the BDK, the keys between and the PIN key
// never leave the token. AES DUKPT takes the mechanism CKM_AES_ECB_ENCRYPT_DATA,
// and a BDK with the right to derive and no other. TDES DUKPT takes XOR of keys
// beside, and a BDK that this package imported or generated; an initial key will not
// do.
//
// The key is derived when it is used, in the operation that uses it, and destroyed
// when that ends. Where the token has not what it takes, the error wraps
// errors.ErrUnsupported.
func (d *Device) DerivePINKey(ctx context.Context, bdk hsm.Key, ksn dukpt.KSN, a keys.Algorithm) (hsm.Key, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.closed.Load() {
		return nil, hsm.ErrClosed
	}
	k, ok := bdk.(*key)
	if !ok || k.d != d {
		return nil, errForeign
	}
	derived := &key{d: d, info: hsm.KeyInfo{Label: k.info.Label, Algorithm: a, Usage: keys.UsagePIN, Ephemeral: true}}
	var err error
	if k.info.Algorithm.BlockSize() == 8 {
		derived.from, err = d.tdesDerivation(k, ksn, a)
		derived.rights = rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP}
	} else {
		derived.rights = d.able.rights(hsm.KeySpec{Usage: keys.UsagePIN, Algorithm: a})
		derived.from, err = d.aesDerivation(k, ksn, a, derived.rights)
	}
	if err != nil {
		return nil, err
	}
	return derived, nil
}

// aesDerivation is the source of a PIN key of AES DUKPT.
type aesDerivation struct {
	bdk    *key
	steps  []dukpt.Step
	rights rights
}

func (d *Device) aesDerivation(bdk *key, ksn dukpt.KSN, a keys.Algorithm, r rights) (source, error) {
	steps, err := dukpt.Steps(bdk.info.Algorithm, ksn, dukpt.PIN, a)
	if err != nil {
		return nil, err
	}
	if bdk.info.Usage == keys.UsageInitialKey {
		steps = steps[1:]
	}
	for _, s := range steps[len(steps)-2:] { // which have all the algorithms there are
		if err := d.able.derives(s.Algorithm); err != nil {
			return nil, err
		}
	}
	return &aesDerivation{bdk: bdk, steps: steps, rights: r}, nil
}

// object implements source. The keys between are destroyed as soon as the next one
// is there, or is not going to be.
func (s *aesDerivation) object(b *bench) (object, error) {
	bdk, err := b.object(s.bdk, pkcs11.CKA_DERIVE)
	if err != nil {
		return object{}, err
	}
	h := bdk.handle
	for i, step := range s.steps {
		r := rights{pkcs11.CKA_DERIVE}
		if i == len(s.steps)-1 {
			r = s.rights
		}
		next, err := b.step(h, step, r)
		if i > 0 {
			b.destroy(h)
		}
		if err != nil {
			return object{}, err
		}
		h = next
	}
	b.made = append(b.made, h)
	last := s.steps[len(s.steps)-1]
	return object{handle: h, info: hsm.KeyInfo{Label: s.bdk.info.Label, Algorithm: last.Algorithm, Usage: keys.UsagePIN, Ephemeral: true}, rights: s.rights}, nil
}

// forget implements source: there is nothing to forget.
func (*aesDerivation) forget(*link) {}

// step makes a key of another.
func (b *bench) step(base pkcs11.ObjectHandle, s dukpt.Step, r rights) (pkcs11.ObjectHandle, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	m := made{kind: keyType(s.Algorithm), rights: r, private: b.l.token.LoginRequired}
	if s.Algorithm.BlockSize() == 16 {
		m.size = s.Algorithm.KeySize()
	}
	h, err := b.derive(pkcs11.CKM_AES_ECB_ENCRYPT_DATA, ontoken.Object(base), s.Data, m)
	if is(err, pkcs11.CKR_MECHANISM_INVALID) {
		err = &hsm.Error{Err: errors.ErrUnsupported, Code: codeName(pkcs11.CKR_MECHANISM_INVALID),
			Hint: "the token does not derive keys by CKM_AES_ECB_ENCRYPT_DATA: see pinion device doctor"}
	}
	return pkcs11.ObjectHandle(h), err
}
