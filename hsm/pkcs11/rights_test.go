//go:build cgo

package pkcs11_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A key that was generated has the check value that it would have in software,
// whatever its usage, and no right that its usage does not need.
func TestGeneratedKeys(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	for _, a := range algorithms {
		for _, u := range []keys.Usage{keys.UsagePIN, keys.UsageVisaPVV, keys.UsageBDK, keys.UsageKEK, keys.UsageData} {
			label := fmt.Sprint(a, u)
			info := generate(t, d, label, a, u)
			require.Len(t, info.KCV, 6)
			require.Equal(t, info, *find(t, d, label).Info())
		}
		zpk := find(t, d, fmt.Sprint(a, keys.UsagePIN))
		require.Equal(t, kcv(t, zpk), zpk.Info().KCV)
	}
	for label, want := range map[string][]uint{
		"TDES2P0":  {p11.CKA_ENCRYPT, p11.CKA_DECRYPT},
		"AES256P0": {p11.CKA_ENCRYPT, p11.CKA_DECRYPT},
		"TDES3V2":  {p11.CKA_ENCRYPT},
		"TDES2B0":  {p11.CKA_DERIVE},
		"AES128B0": {p11.CKA_DERIVE},
		"TDES2K0":  {p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN},
		"AES192D0": nil,
	} {
		a := attributes(t, token, label)
		for _, right := range []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_SIGN, p11.CKA_VERIFY, p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_DERIVE} {
			require.Equal(t, slices.Contains(want, right), a[right], "%s, attribute %#x", label, right)
		}
		require.True(t, a[p11.CKA_SENSITIVE], label)
		require.True(t, a[p11.CKA_PRIVATE], label)
		require.True(t, a[p11.CKA_TOKEN], label)
		require.False(t, a[p11.CKA_EXTRACTABLE], label)
	}
}

// kcv computes a check value with one or two encipherments, apart from the
// package that is tested.
func kcv(t *testing.T, k pinblock.Encrypter) string {
	t.Helper()
	out := make([]byte, k.BlockSize())
	require.NoError(t, k.Encrypt(t.Context(), out, out))
	if len(out) == 16 { // NIST SP 800-38B: double it, and encipher it as the padded block of zeros
		var carry byte
		for i := 15; i >= 0; i-- {
			carry, out[i] = out[i]>>7, out[i]<<1|carry
		}
		if carry != 0 {
			out[15] ^= 0x87
		}
		require.NoError(t, k.Encrypt(t.Context(), out, out))
	}
	return fmt.Sprintf("%X", out[:3])
}

// attributes reads the boolean attributes of a key as other code sees them.
func attributes(t *testing.T, token *softhsm.Token, label string) map[uint]bool {
	t.Helper()
	c := intruder(t, token)
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.CloseSession(s)) }()
	require.NoError(t, c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_LABEL, label)}))
	found, _, err := c.FindObjects(s, 2)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsFinal(s))
	require.Len(t, found, 1, label)
	_, err = c.GetAttributeValue(s, found[0], []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil)})
	require.Equal(t, p11.Error(p11.CKR_ATTRIBUTE_SENSITIVE), err, "the value of %s can be read", label)
	a := map[uint]bool{}
	for _, kind := range []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_SIGN, p11.CKA_VERIFY, p11.CKA_WRAP, p11.CKA_UNWRAP,
		p11.CKA_DERIVE, p11.CKA_SENSITIVE, p11.CKA_PRIVATE, p11.CKA_TOKEN, p11.CKA_EXTRACTABLE} {
		v, err := c.GetAttributeValue(s, found[0], []*p11.Attribute{p11.NewAttribute(kind, nil)})
		require.NoError(t, err)
		a[kind] = v[0].Value[0] != 0
	}
	return a
}

// The token itself refuses what a key's usage does not allow.
func TestTokenKeepsKeysToTheirUsage(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	block := make([]byte, 8)
	generate(t, d, "pvk", keys.TDES2, keys.UsageVisaPVV)
	pvk := find(t, d, "pvk")
	require.NoError(t, pvk.Encrypt(t.Context(), block, block))
	err := pvk.Decrypt(t.Context(), block, block)
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
	require.ErrorContains(t, err, `key "pvk"`)
	require.ErrorContains(t, err, "CKR_KEY_FUNCTION_NOT_PERMITTED")

	load(t, d, "kek", soft(t, keys.TDES3, keys.UsageKEK))
	require.ErrorIs(t, find(t, d, "kek").Encrypt(t.Context(), block, block), hsm.ErrKeyUsage)
	generate(t, d, "kbpk", keys.AES256, keys.UsageKBPK)
	require.ErrorIs(t, find(t, d, "kbpk").Encrypt(t.Context(), make([]byte, 16), make([]byte, 16)), hsm.ErrKeyUsage,
		"the right to compute the check value is taken back")
}

// No error, and nothing that is printed, has a byte of a key or the credential.
func TestNothingShowsSecrets(t *testing.T) {
	t.Parallel()
	c, credential := config(t, softhsm.New(t))
	c.ReadOnly = true
	d := open(t, c)
	k := zpk(t)
	_, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}, k)
	require.Error(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{err, d} {
			shown := fmt.Sprintf(verb, v)
			require.NotContains(t, strings.ToUpper(shown), "0123456789ABCDEF")
			require.NotContains(t, shown, string(cleartext.Bytes(k)))
			require.NotContains(t, shown, credential)
			require.NotContains(t, shown, fmt.Sprintf("%x", credential))
		}
	}
}
