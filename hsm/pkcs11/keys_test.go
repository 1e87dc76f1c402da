//go:build cgo

package pkcs11_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

var algorithms = []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256}

// A key on the token enciphers as the same key in software does.
func TestImportedKeyIsTheSame(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	for _, a := range algorithms {
		k := soft(t, a, keys.UsagePIN)
		info := load(t, d, a.String(), k)
		require.Equal(t, hsm.KeyInfo{Label: a.String(), Algorithm: a, Usage: keys.UsagePIN, KCV: k.KCV()}, info)
		c := find(t, d, a.String())
		require.Equal(t, info, *c.Info())
		require.Equal(t, a.BlockSize(), c.BlockSize())

		src := make([]byte, 5*a.BlockSize())
		for i := range src {
			src[i] = byte(i)
		}
		want, got := make([]byte, len(src)), make([]byte, len(src))
		require.NoError(t, k.Encrypt(t.Context(), want, src))
		require.NoError(t, c.Encrypt(t.Context(), got, src))
		require.Equal(t, want, got)
		require.NoError(t, c.Decrypt(t.Context(), got, got), "in place")
		require.Equal(t, src, got)
	}
}

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
		"TDES2B0":  {p11.CKA_ENCRYPT, p11.CKA_DERIVE},
		"AES128B0": {p11.CKA_DERIVE},
		"TDES2K0":  {p11.CKA_WRAP, p11.CKA_UNWRAP},
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

// Ephemeral keys are seen by every session, and gone with the device.
func TestEphemeralKeys(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d, err := pkcs11.Open(t.Context(), token.Config())
	require.NoError(t, err)
	k := zpk(t)
	info, err := d.ImportKey(t.Context(), hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true}, k)
	require.NoError(t, err)
	require.True(t, info.Ephemeral)
	made, err := d.GenerateKey(t.Context(), hsm.KeySpec{Label: "generated", Algorithm: keys.AES128, Usage: keys.UsagePIN, Ephemeral: true})
	require.NoError(t, err)
	require.Equal(t, made, *find(t, d, "generated").Info())
	require.Equal(t, info, *find(t, d, "zpk").Info())
	require.NoError(t, works(t.Context(), find(t, d, "zpk")))
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []hsm.KeyInfo{made, info}, list)
	require.NoError(t, d.Close())

	list, err = open(t, token.Config()).ListKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestListAndDelete(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	var want []hsm.KeyInfo
	for i := range 100 { // more than one call of C_FindObjects gives
		want = append(want, generate(t, d, fmt.Sprintf("key-%02d", i), keys.AES128, keys.UsageData))
	}
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, list)

	k := find(t, d, "key-50")
	require.NoError(t, d.DeleteKey(t.Context(), "key-50"))
	require.ErrorIs(t, d.DeleteKey(t.Context(), "key-50"), hsm.ErrKeyNotFound)
	require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, 16), make([]byte, 16)), hsm.ErrKeyNotFound)
	_, err = d.FindKey(t.Context(), "key-50")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "key-50")
	list, err = d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 99)
}

func TestLabelsAreUnique(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	load(t, d, "zpk", zpk(t))
	spec := hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}
	_, err := d.GenerateKey(t.Context(), spec)
	require.ErrorIs(t, err, hsm.ErrKeyExists)
	_, err = d.ImportKey(t.Context(), spec, zpk(t))
	require.ErrorIs(t, err, hsm.ErrKeyExists)

	// Other software does not know that rule.
	foreign(t, token, "zpk", p11.CKK_DES2, p11.NewAttribute(p11.CKA_VALUE, cleartext.Bytes(zpk(t))))
	other := open(t, token.Config())
	_, err = other.FindKey(t.Context(), "zpk")
	require.ErrorIs(t, err, pkcs11.ErrAmbiguous)
	require.ErrorIs(t, other.DeleteKey(t.Context(), "zpk"), pkcs11.ErrAmbiguous)
}

// foreign makes a key as other software does.
func foreign(t *testing.T, token *softhsm.Token, label string, kind uint, more ...*p11.Attribute) {
	t.Helper()
	c := intruder(t, token)
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	_, err = c.CreateObject(s, append(more,
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY), p11.NewAttribute(p11.CKA_KEY_TYPE, kind),
		p11.NewAttribute(p11.CKA_TOKEN, true), p11.NewAttribute(p11.CKA_LABEL, label)))
	require.NoError(t, err)
	require.NoError(t, c.CloseSession(s))
}

// A key that other software made is seen, without a usage: so the front refuses
// to work with it.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	value := p11.NewAttribute(p11.CKA_VALUE, cleartext.Bytes(zpk(t)))
	id := func(s string) *p11.Attribute { return p11.NewAttribute(p11.CKA_ID, s) }
	foreign(t, token, "aes", p11.CKK_AES, value)
	foreign(t, token, "des2", p11.CKK_DES2, value, id("\x01"))
	foreign(t, token, "generic", p11.CKK_GENERIC_SECRET, value, id("pinion1:P0:TDES2:08D7B4"))
	foreign(t, token, "liar", p11.CKK_AES, value, id("pinion1:P0:TDES2:08D7B4"))
	foreign(t, token, "", p11.CKK_AES, value)
	list, err := d.ListKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, []hsm.KeyInfo{
		{Label: "aes", Algorithm: keys.AES128},
		{Label: "des2", Algorithm: keys.TDES2, KCV: "08D7B4"},
		{Label: "generic"},
		{Label: "liar", Algorithm: keys.AES128},
	}, list)
	require.ErrorIs(t, find(t, d, "generic").Encrypt(t.Context(), make([]byte, 8), make([]byte, 8)), hsm.ErrKeyUsage)

	h := hsm.New(d)
	_, err = h.GeneratePIN(t.Context(), hsm.Generation{Length: 4, To: hsm.PINKey{Key: "des2", Format: pinblock.ISO1}})
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
}

// A key that was replaced under its label is not the key it was.
func TestReplacedKey(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d, other := open(t, token.Config()), open(t, token.Config())
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	require.NoError(t, works(t.Context(), k))

	require.NoError(t, other.DeleteKey(t.Context(), "zpk"))
	require.ErrorIs(t, works(t.Context(), k), hsm.ErrKeyNotFound)
	load(t, other, "zpk", zpk(t))
	require.NoError(t, works(t.Context(), k), "the same key under another handle")
	require.NoError(t, other.DeleteKey(t.Context(), "zpk"))
	generate(t, other, "zpk", keys.TDES2, keys.UsagePIN)
	err := works(t.Context(), k)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.ErrorContains(t, err, "another key has taken its label")
}

// Input that is not whole blocks does not reach the token; what failed leaves
// nothing in the output.
func TestCipherContract(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	for _, n := range []int{0, 1, 7, 9} {
		require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, n), make([]byte, n)), pinblock.ErrBlockSize)
		require.ErrorIs(t, k.Decrypt(t.Context(), make([]byte, n), make([]byte, n)), pinblock.ErrBlockSize)
	}
	require.ErrorIs(t, k.Encrypt(t.Context(), make([]byte, 8), make([]byte, 16)), pinblock.ErrBlockSize)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	block := []byte("cleartxt")
	require.ErrorIs(t, k.Encrypt(ctx, block, block), context.Canceled)
	require.Equal(t, make([]byte, 8), block)
}

// More blocks than go to the token in one call.
func TestManyBlocks(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	k := soft(t, keys.TDES2, keys.UsagePIN)
	load(t, d, "zpk", k)
	src := make([]byte, 8*(2*4096+3))
	for i := range src {
		src[i] = byte(i / 8)
	}
	want, got := make([]byte, len(src)), slices.Clone(src)
	require.NoError(t, k.Encrypt(t.Context(), want, src))
	require.NoError(t, find(t, d, "zpk").Encrypt(t.Context(), got, got))
	require.Equal(t, want, got)
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
