//go:build cgo && unix

package pkcs11_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Keys that were imported, generated or derived where PINs stay on the token
// decipher and encipher nothing, and the token holds them to that.
func TestNothingDeciphers(t *testing.T) {
	t.Parallel()
	l := nssLibrary(t)
	s := newStand(t, l, func() pkcs11.Config { return l.config })
	unwrap := map[uint]bool{p11.CKA_WRAP: true, p11.CKA_UNWRAP: true}
	want := map[string]map[uint]bool{"tdes2": unwrap, "tdes3": unwrap, "aes128": unwrap, "aes256": unwrap,
		"pvk": {p11.CKA_WRAP: true}, "tbdk": {p11.CKA_DERIVE: true}, "abdk": {p11.CKA_DERIVE: true}}
	for _, k := range standKeys {
		generate(t, s.d, k.label+" made", k.alg, k.usage)
		want[k.label+" made"] = want[k.label]
	}
	for label, w := range want {
		requireRights(t, s.d, label, w)
		if w[p11.CKA_DERIVE] {
			continue
		}
		require.NotNil(t, find(t, s.d, label))
		mechanism := uint(p11.CKM_DES3_ECB)
		if s.infoOf(label).Algorithm.BlockSize() == 16 {
			mechanism = p11.CKM_AES_ECB
		}
		refuses(t, s.d, label, mechanism)
	}
	for _, k := range []hsm.PINKey{
		{Key: "tbdk", KSN: s.tdesKSN(), Algorithm: keys.TDES2}, {Key: "tbdk made", KSN: s.tdesKSN(), Algorithm: keys.TDES2},
		{Key: "abdk", KSN: s.aesKSN(), Algorithm: keys.TDES3}, {Key: "abdk made", KSN: s.aesKSN(), Algorithm: keys.AES256},
	} {
		derived, err := s.d.DerivePINKey(t.Context(), find(t, s.d, k.Key), k.KSN, k.Algorithm)
		require.NoError(t, err)
		require.NoError(t, pkcs11.OnSession(t.Context(), s.d, func(c *p11.Ctx, session p11.SessionHandle) error {
			return pkcs11.Using(t.Context(), s.d, derived, func(h p11.ObjectHandle) {
				for kind, want := range map[uint]bool{p11.CKA_WRAP: true, p11.CKA_UNWRAP: true, p11.CKA_ENCRYPT: false, p11.CKA_DECRYPT: false,
					p11.CKA_DERIVE: false, p11.CKA_EXTRACTABLE: false, p11.CKA_SENSITIVE: true, p11.CKA_TOKEN: false} {
					v, err := c.GetAttributeValue(session, h, []*p11.Attribute{p11.NewAttribute(kind, nil)})
					if err != nil || (v[0].Value[0] != 0) != want {
						t.Errorf("%s: attribute %#x of the derived key: %v, %v", k.Key, kind, v, err)
					}
				}
			})
		}))
	}
}

func (s *stand) infoOf(label string) hsm.KeyInfo {
	s.t.Helper()
	info, err := s.hsm.KeyInfo(s.t.Context(), label)
	require.NoError(s.t, err)
	return info
}

// refuses requires that the token does not begin to encipher or decipher.
func refuses(t *testing.T, d *pkcs11.Device, label string, mechanism uint) {
	t.Helper()
	var encrypt, decrypt error
	m := []*p11.Mechanism{p11.NewMechanism(mechanism, nil)}
	require.NoError(t, pkcs11.OnSession(t.Context(), d, func(c *p11.Ctx, s p11.SessionHandle) error {
		h, err := labelledOn(c, s, label)
		if err == nil {
			encrypt, decrypt = c.EncryptInit(s, m, h), c.DecryptInit(s, m, h)
		}
		return err
	}))
	said := []error{p11.Error(p11.CKR_KEY_FUNCTION_NOT_PERMITTED), p11.Error(p11.CKR_KEY_TYPE_INCONSISTENT)} // NSS's word for it
	require.Contains(t, said, encrypt, label)
	require.Contains(t, said, decrypt, label)
}

// legacy are formats that are worked on in this process only.
var legacy = []pinblock.Format{pinblock.ECI3, pinblock.VISA3}
