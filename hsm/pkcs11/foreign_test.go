//go:build cgo

package pkcs11_test

import (
	"errors"
	"testing"
	"time"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

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

// A key that other code deletes is not used for long, though the device has a copy.
func TestDeletedElsewhere(t *testing.T) {
	t.Parallel()
	token := softhsm.New(t)
	d := open(t, token.Config())
	load(t, d, "zpk", zpk(t))
	k := find(t, d, "zpk")
	require.NoError(t, works(t.Context(), k))

	c := intruder(t, token)
	s, err := c.OpenSession(slot(t, c), session)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsInit(s, []*p11.Attribute{p11.NewAttribute(p11.CKA_LABEL, "zpk")}))
	found, _, err := c.FindObjects(s, 2)
	require.NoError(t, err)
	require.NoError(t, c.FindObjectsFinal(s))
	require.Len(t, found, 1, "a copy has no label")
	require.NoError(t, c.DestroyObject(s, found[0]))
	require.NoError(t, c.CloseSession(s))
	require.Eventually(t, func() bool { return errors.Is(works(t.Context(), k), hsm.ErrKeyNotFound) }, 10*time.Second, 20*time.Millisecond)
	require.ErrorIs(t, works(t.Context(), k), hsm.ErrKeyNotFound)
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
