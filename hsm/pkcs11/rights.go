//go:build cgo

package pkcs11

import (
	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// rights are the PKCS#11 rights of a key, as attributes that are true. All
// others are false.
type rights []uint

// allRights are the rights a secret key can have.
var allRights = rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DECRYPT, pkcs11.CKA_SIGN, pkcs11.CKA_VERIFY,
	pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP, pkcs11.CKA_DERIVE}

// allows returns the rights of a key on a token that can only encipher and
// decipher: what its usage needs and no more, so that the token keeps keys to their
// usage too. See [abilities.rights] for a token that can do better.
//
//   - P0 enciphers and deciphers PIN blocks.
//   - V0 to V5 encipher; nothing that deciphers under a PIN verification key is
//     of use to anybody but a thief.
//   - B0 derives. Whoever may encipher under a BDK of TDES DUKPT computes initial
//     keys by that.
//   - B1 derives, for AES DUKPT.
//   - K0 and K1 wrap and unwrap, and make the CMACs by which the keys of a key
//     block are derived.
//   - Every other usage has no right: this package has no operation for it.
func allows(s hsm.KeySpec) rights {
	switch s.Usage {
	case keys.UsagePIN:
		return rights{pkcs11.CKA_ENCRYPT, pkcs11.CKA_DECRYPT}
	case keys.UsagePVKOther, keys.UsageIBM3624, keys.UsageVisaPVV,
		keys.UsageX9132Alg1, keys.UsageX9132Alg2, keys.UsageX9132Alg3:
		return rights{pkcs11.CKA_ENCRYPT}
	case keys.UsageBDK:
		return rights{pkcs11.CKA_DERIVE}
	case keys.UsageInitialKey:
		if s.Algorithm.BlockSize() == 16 {
			return rights{pkcs11.CKA_DERIVE}
		}
	case keys.UsageKEK, keys.UsageKBPK:
		return rights{pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP, pkcs11.CKA_SIGN}
	}
	return nil
}

// mayHave returns every right that a key of a usage is used with, on whatever token:
// more than that, one that was adopted may have and this package does not use.
func mayHave(s hsm.KeySpec) rights {
	r := allows(s)
	switch s.Usage {
	case keys.UsagePIN:
		r = append(r, pkcs11.CKA_WRAP, pkcs11.CKA_UNWRAP)
	case keys.UsageVisaPVV:
		r = append(r, pkcs11.CKA_WRAP)
	}
	return r
}

func (r rights) has(right uint) bool {
	for _, x := range r {
		if x == right {
			return true
		}
	}
	return false
}

// template returns the attributes of a new key, apart from its value and CKA_ID.
func template(s hsm.KeySpec, private bool, r rights) []*pkcs11.Attribute {
	t := []*pkcs11.Attribute{
		attr(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
		attr(pkcs11.CKA_TOKEN, !s.Ephemeral),
		attr(pkcs11.CKA_PRIVATE, private),
		attr(pkcs11.CKA_SENSITIVE, true),
		attr(pkcs11.CKA_EXTRACTABLE, false),
		attr(pkcs11.CKA_LABEL, s.Label),
	}
	t = append(t, attr(pkcs11.CKA_KEY_TYPE, keyType(s.Algorithm)))
	for _, right := range allRights {
		t = append(t, attr(right, r.has(right)))
	}
	return t
}

// keyType returns the CKK_ of an algorithm.
func keyType(a keys.Algorithm) uint {
	switch a {
	case keys.TDES2:
		return pkcs11.CKK_DES2
	case keys.TDES3:
		return pkcs11.CKK_DES3
	}
	return pkcs11.CKK_AES
}

func attr(kind uint, value any) *pkcs11.Attribute { return pkcs11.NewAttribute(kind, value) }
