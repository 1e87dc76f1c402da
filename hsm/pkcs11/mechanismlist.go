//go:build cgo

package pkcs11

import (
	"context"

	"github.com/miekg/pkcs11"
)

// probed are the mechanisms that PIN operations are made of: those this package
// uses, and those of the way in which the clear PIN stays on the token.
var probed = []struct {
	name string
	code uint
}{
	{"CKM_DES2_KEY_GEN", pkcs11.CKM_DES2_KEY_GEN},
	{"CKM_DES3_KEY_GEN", pkcs11.CKM_DES3_KEY_GEN},
	{"CKM_AES_KEY_GEN", pkcs11.CKM_AES_KEY_GEN},
	{"CKM_DES3_ECB", pkcs11.CKM_DES3_ECB},
	{"CKM_AES_ECB", pkcs11.CKM_AES_ECB},
	{"CKM_DES3_CMAC", pkcs11.CKM_DES3_CMAC},
	{"CKM_AES_CMAC", pkcs11.CKM_AES_CMAC},
	{"CKM_DES3_ECB_ENCRYPT_DATA", pkcs11.CKM_DES3_ECB_ENCRYPT_DATA},
	{"CKM_AES_ECB_ENCRYPT_DATA", pkcs11.CKM_AES_ECB_ENCRYPT_DATA},
	{"CKM_XOR_BASE_AND_DATA", pkcs11.CKM_XOR_BASE_AND_DATA},
	{"CKM_EXTRACT_KEY_FROM_KEY", pkcs11.CKM_EXTRACT_KEY_FROM_KEY},
	{"CKM_CONCATENATE_BASE_AND_DATA", pkcs11.CKM_CONCATENATE_BASE_AND_DATA},
	{"CKM_CONCATENATE_DATA_AND_BASE", pkcs11.CKM_CONCATENATE_DATA_AND_BASE},
	{"CKM_CONCATENATE_BASE_AND_KEY", pkcs11.CKM_CONCATENATE_BASE_AND_KEY},
}

// Mechanisms reports which of the mechanisms that matter for PIN operations the
// token has, always all of them and in the same order.
func (d *Device) Mechanisms(ctx context.Context) ([]Mechanism, error) {
	return work(ctx, d, "", true, func(b *bench) (list []Mechanism, err error) {
		err = b.call(func(c *pkcs11.Ctx) error {
			for _, p := range probed {
				info, err := c.GetMechanismInfo(b.l.token.SlotID, []*pkcs11.Mechanism{pkcs11.NewMechanism(p.code, nil)})
				if err != nil && !is(err, pkcs11.CKR_MECHANISM_INVALID) {
					return err
				}
				has := func(flag uint) bool { return err == nil && info.Flags&flag != 0 }
				list = append(list, Mechanism{Name: p.name,
					Encrypt: has(pkcs11.CKF_ENCRYPT), Decrypt: has(pkcs11.CKF_DECRYPT),
					Wrap: has(pkcs11.CKF_WRAP), Unwrap: has(pkcs11.CKF_UNWRAP),
					Derive: has(pkcs11.CKF_DERIVE), Sign: has(pkcs11.CKF_SIGN), Generate: has(pkcs11.CKF_GENERATE)})
			}
			return nil
		})
		return list, err
	})
}
