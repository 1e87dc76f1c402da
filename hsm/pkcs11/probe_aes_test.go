//go:build cgo

package pkcs11_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The test that a token's derivation has to pass finds keys that can be read, or
// wrapped under another and read then.
func TestKept(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	for label, c := range map[string]struct{ sensitive, extractable, hidden bool }{
		"readable":   {false, true, false},
		"insecure":   {false, false, true}, // not sensitive, but it does not come out
		"exportable": {true, true, false},
		"safe":       {true, false, true},
	} {
		foreign(t, token, label, p11.CKK_DES2, append(value(soft(t, keys.TDES2, keys.UsagePIN)),
			p11.NewAttribute(p11.CKA_SENSITIVE, c.sensitive), p11.NewAttribute(p11.CKA_EXTRACTABLE, c.extractable))...)
		err := pkcs11.Kept(t.Context(), d, label)
		if c.hidden {
			require.NoError(t, err, label)
			continue
		}
		require.ErrorContains(t, err, "can be read", label)
	}
}

// It also finds a token that cuts a key from the wrong end of what was enciphered.
func TestDerivedValue(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	base, data := soft(t, keys.AES256, keys.UsagePIN), []byte("thirty two letters, and the rest")
	out := make([]byte, 32)
	require.NoError(t, base.Encrypt(t.Context(), out, data))
	load(t, d, "base", base)
	for label, raw := range map[string][]byte{"right": out[:24], "wrong": out[8:]} {
		k, err := cleartext.New(keys.AES192, keys.UsagePIN, raw)
		require.NoError(t, err)
		load(t, d, label, k)
	}
	require.NoError(t, pkcs11.DerivedValue(t.Context(), d, "base", "right", keys.AES192, []byte(string(data))))
	err := pkcs11.DerivedValue(t.Context(), d, "base", "wrong", keys.AES192, []byte(string(data)))
	require.ErrorContains(t, err, "does not do what it should")
}
