//go:build cgo

package pkcs11_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/softhsm"
)

// aesBDK returns the base derivation key of the published tables, of 16, 24 or 32 bytes.
func aesBDK(t testing.TB, a keys.Algorithm, u keys.Usage) keys.Key {
	t.Helper()
	k, err := cleartext.Parse(a, u, "FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210F1F1F1F1F1F1F1F1"[:2*a.KeySize()])
	require.NoError(t, err)
	return k
}

func ksn(t testing.TB, s string) dukpt.KSN {
	t.Helper()
	k, err := dukpt.ParseKSN(s)
	require.NoError(t, err)
	return k
}

// derive has the token derive a PIN key.
func derive(t testing.TB, d *pkcs11.Device, label string, k dukpt.KSN, a keys.Algorithm) cipher {
	t.Helper()
	derived, err := d.DerivePINKey(t.Context(), find(t, d, label), k, a)
	require.NoError(t, err)
	return derived.(cipher)
}

// objects counts the secret keys that other code sees, those of sessions included,
// but for the copies that are made of keys when they are used.
func objects(t testing.TB, token *softhsm.Token) int {
	t.Helper()
	c := intruder(t, token)
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.CloseSession(s)) }()
	return len(secretKeys(t, c, s))
}

func secretKeys(t testing.TB, c *p11.Ctx, s p11.SessionHandle) []p11.ObjectHandle {
	t.Helper()
	require.NoError(t, c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY)}))
	found, _, err := c.FindObjects(s, 1000)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsFinal(s))
	return slices.DeleteFunc(found, func(h p11.ObjectHandle) bool {
		id, err := c.GetAttributeValue(s, h, []*p11.Attribute{p11.NewAttribute(p11.CKA_ID, nil)})
		require.NoError(t, err)
		return bytes.HasPrefix(id[0].Value, []byte("pinion1-copy:"))
	})
}

// A derived key cannot be read, does what a PIN key does and no more, and is there
// for the time of an operation.
func TestDerivedKeyIsKept(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "bdk", aesBDK(t, keys.AES256, keys.UsageBDK))
	c := intruder(t, token)
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	before := secretKeys(t, c, s)
	for _, a := range []keys.Algorithm{keys.AES192, keys.TDES2} {
		k := derive(t, d, "bdk", ksn(t, "123456789012345600000007"), a)
		require.Equal(t, before, secretKeys(t, c, s), "it is not there before it is used")
		used := 0
		require.NoError(t, pkcs11.Using(t.Context(), d, k, func(h p11.ObjectHandle) {
			used++
			found := slices.DeleteFunc(secretKeys(t, c, s), func(h p11.ObjectHandle) bool { return slices.Contains(before, h) })
			require.Equal(t, []p11.ObjectHandle{h}, found, "the keys between are gone")
			_, err = c.GetAttributeValue(s, h, []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil)})
			require.Equal(t, p11.Error(p11.CKR_ATTRIBUTE_SENSITIVE), err)
			for kind, want := range map[uint]bool{
				p11.CKA_ENCRYPT: true, p11.CKA_DECRYPT: true, p11.CKA_SENSITIVE: true, p11.CKA_PRIVATE: true,
				p11.CKA_DERIVE: false, p11.CKA_WRAP: false, p11.CKA_UNWRAP: false, p11.CKA_SIGN: false,
				p11.CKA_EXTRACTABLE: false, p11.CKA_TOKEN: false,
			} {
				v, err := c.GetAttributeValue(s, h, []*p11.Attribute{p11.NewAttribute(kind, nil)})
				require.NoError(t, err)
				require.Equal(t, want, v[0].Value[0] != 0, "attribute %#x", kind)
			}
			list, err := d.ListKeys(t.Context())
			require.NoError(t, err)
			require.Len(t, list, 1, "a derived key has no label")
		}))
		require.Equal(t, 1, used)
		require.Equal(t, before, secretKeys(t, c, s))
	}
	require.NoError(t, c.CloseSession(s))
}

func TestDeriveRefuses(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "aes", aesBDK(t, keys.AES128, keys.UsageBDK))
	load(t, d, "tdes", soft(t, keys.TDES2, keys.UsageBDK))
	load(t, d, "zpk", soft(t, keys.AES128, keys.UsagePIN))
	before := objects(t, token)
	aes, tdes := ksn(t, "123456789012345600000001"), ksn(t, "FFFF9876543210E00001")
	_, err := d.DerivePINKey(t.Context(), find(t, d, "tdes"), tdes, keys.TDES2)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "soft:")
	for _, c := range []struct {
		bdk  string
		ksn  dukpt.KSN
		alg  keys.Algorithm
		want error
	}{
		{"tdes", aes, keys.TDES2, dukpt.ErrScheme},
		{"aes", tdes, keys.AES128, dukpt.ErrScheme},
		{"aes", aes, keys.AES256, dukpt.ErrStrength},
		{"aes", aes, 0, dukpt.ErrAlgorithm},
		{"aes", ksn(t, "123456789012345600000000"), keys.AES128, dukpt.ErrCounterZero},
		{"zpk", aes, keys.AES128, hsm.ErrKeyUsage}, // the token says so: it has no right to derive
	} {
		k, err := d.DerivePINKey(t.Context(), find(t, d, c.bdk), c.ksn, c.alg)
		if err == nil {
			block := make([]byte, 16)
			err = k.(cipher).Encrypt(t.Context(), block, block)
		}
		require.ErrorIs(t, err, c.want)
	}
	other, _ := fresh(t)
	_, err = other.DerivePINKey(t.Context(), find(t, d, "aes"), aes, keys.AES128)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.Equal(t, before, objects(t, token))
}
