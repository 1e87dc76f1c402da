//go:build cgo && unix

package p11rig_test

import (
	"encoding/hex"
	"path/filepath"
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/internal/p11rig"
)

// softokn returns NSS's token without files, which takes its parameters from
// C_Initialize.
func softokn(t *testing.T) (pkcs11.Config, pkcs11.Setup) {
	t.Helper()
	for _, pattern := range []string{"/usr/lib/*/libsoftokn3.so", "/usr/lib/*/nss/libsoftokn3.so", "/usr/lib64/libsoftokn3.so", "/usr/lib/libsoftokn3.so",
		"/opt/homebrew/lib/libsoftokn3.dylib", "/usr/local/lib/libsoftokn3.dylib"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		if len(found) > 0 {
			return pkcs11.Config{URI: pkcs11.URI{Token: "NSS Generic Crypto Services", ModulePath: found[0]}, ReadOnly: true},
				pkcs11.Setup{Parameters: "flags=noCertDB,noModDB"}
		}
	}
	require.Fail(t, "this test needs NSS softokn: apt-get install libnss3")
	return pkcs11.Config{}, pkcs11.Setup{}
}

// A PIN block as a key, as no other token at hand does it: each lie is seen.
func TestTamperNSS(t *testing.T) {
	t.Parallel()
	c, s := softokn(t)
	m := p11rig.NewTamper(t, c, s)
	r := rawOf(t, m.Config())
	pek := r.key(t, p11.CKK_DES2, random(t, 16))
	block, mask := random(t, 8), random(t, 8)
	base := r.key(t, p11.CKK_GENERIC_SECRET, block)
	ecb := []*p11.Mechanism{p11.NewMechanism(p11.CKM_DES3_ECB, nil)}
	masked := func() p11.ObjectHandle {
		h, err := r.derive(base, p11.CKM_XOR_BASE_AND_DATA, mask, p11.CKK_GENERIC_SECRET, 8)
		require.NoError(t, err)
		return h
	}
	read := func(h p11.ObjectHandle) ([]byte, error) {
		a, err := r.GetAttributeValue(r.s, h, []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil)})
		if err != nil {
			return nil, err
		}
		return a[0].Value, nil
	}
	wrap := func(h p11.ObjectHandle) []byte {
		b, err := r.WrapKey(r.s, ecb, pek, h)
		require.NoError(t, err)
		return b
	}
	right := wrap(masked())
	require.Contains(t, string(m.Log()), "C_DeriveKey parameter:0x364 "+hex.EncodeToString(mask)+"\n")

	// The wrong mask.
	mend := m.Corrupt("C_DeriveKey")
	wrong := wrap(masked())
	mend()
	require.NotEqual(t, right, wrong)
	require.Equal(t, right, wrap(masked()))

	// Keys that can be read, and so the mask is seen to differ in one bit.
	_, err := read(masked())
	require.Equal(t, p11.Error(p11.CKR_ATTRIBUTE_SENSITIVE), err)
	m.Readable(true)
	base = r.key(t, p11.CKK_GENERIC_SECRET, block) // NSS makes no readable key of one that is not
	clear, err := read(masked())
	require.NoError(t, err)
	for i := range clear {
		require.Equal(t, block[i]^mask[i], clear[i])
	}
	mend = m.Corrupt("C_DeriveKey")
	other, err := read(masked())
	require.NoError(t, err)
	mend()
	require.Equal(t, 1, different(clear, other))
	unwrapped, err := r.UnwrapKey(r.s, ecb, pek, right, append(secret(p11.CKK_GENERIC_SECRET), p11.NewAttribute(p11.CKA_VALUE_LEN, 8)))
	require.NoError(t, err)
	back, err := read(unwrapped)
	require.NoError(t, err)
	require.Equal(t, clear, back)
	m.Readable(false)

	// The wrong answer.
	mend = m.Corrupt("C_WrapKey")
	require.Equal(t, 1, different(right, wrap(masked())))
	mend()

	show := m.Hide(p11.CKM_XOR_BASE_AND_DATA)
	_, err = r.derive(base, p11.CKM_XOR_BASE_AND_DATA, mask, p11.CKK_GENERIC_SECRET, 8)
	require.Equal(t, p11.Error(p11.CKR_MECHANISM_INVALID), err)
	show()
	for _, use := range []func() error{
		func() error { _, err := r.WrapKey(r.s, ecb, pek, base); return err },
		func() error { _, err := r.UnwrapKey(r.s, ecb, pek, right, secret(p11.CKK_GENERIC_SECRET)); return err },
	} {
		require.NoError(t, use())
		show := m.Hide(p11.CKM_DES3_ECB)
		require.Equal(t, p11.Error(p11.CKR_MECHANISM_INVALID), use())
		show()
	}
}
