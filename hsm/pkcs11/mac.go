//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"fmt"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/cmac"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

var (
	des3CMAC = []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_DES3_CMAC, nil)}
	aesCMAC  = []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_CMAC, nil)}
)

// CMAC implements [keyblock.MACer]: the CMAC of data, 8 bytes for TDES and 16 for
// AES, NIST SP 800-38B. Only key encryption keys and key block protection keys
// (usages K0 and K1) make one: it is how the keys of a key block are derived, and
// all that unwrapping one needs of the token.
func (k *key) CMAC(ctx context.Context, data []byte) (mac []byte, err error) {
	mechanism, size := des3CMAC, k.BlockSize()
	if size == 16 {
		mechanism = aesCMAC
	}
	data = bytes.Clone(data)
	mac, err = work(ctx, k.d, k.info.Label, true, func(b *bench) (mac []byte, err error) {
		o, err := b.object(k, pkcs11.CKA_SIGN)
		if err != nil {
			return nil, err
		}
		err = b.l.m.call(func(c *pkcs11.Ctx) (err error) {
			if err = c.SignInit(b.s, mechanism, o.handle); err != nil {
				return err
			}
			mac, err = c.Sign(b.s, data)
			return err
		})
		if is(err, pkcs11.CKR_MECHANISM_INVALID) && o.rights.has(pkcs11.CKA_WRAP) {
			// NSS has no CMAC of TDES. It is made of encipherments, and the key may wrap.
			return cmac.SumFunc(size, func(dst, src []byte) error { return b.encrypt(o.handle, size, true, dst, src) }, data)
		}
		return mac, b.fails(err)
	})
	if err != nil {
		return nil, err
	}
	if len(mac) != size {
		return nil, fmt.Errorf("%w: it answered a CMAC of %d bytes", hsm.ErrDevice, len(mac))
	}
	return mac, nil
}

var _ keyblock.MACer = (*key)(nil)
