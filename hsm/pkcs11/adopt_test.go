//go:build cgo

package pkcs11_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// value is the attribute with a key's bytes, and with them the rights named.
func value(k keys.Key, may ...uint) []*p11.Attribute {
	list := []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, cleartext.Bytes(k)), p11.NewAttribute(p11.CKA_PRIVATE, true)}
	for _, right := range []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_DERIVE, p11.CKA_WRAP, p11.CKA_UNWRAP, p11.CKA_SIGN, p11.CKA_VERIFY} {
		has := false
		for _, m := range may {
			has = has || m == right
		}
		list = append(list, p11.NewAttribute(right, has))
	}
	return list
}

// A key that other software made works once it is adopted, on every device of the
// token, and stays what it was adopted as.
func TestAdopt(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	k, pvk := zpk(t), soft(t, keys.TDES2, keys.UsageVisaPVV)
	both := []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT}
	foreign(t, token, "zpk", p11.CKK_DES2, append(value(k, both...), p11.NewAttribute(p11.CKA_ID, "\x07"))...)
	foreign(t, token, "pvk", p11.CKK_DES2, value(pvk, both...)...)
	h, other := hsm.New(d, hsm.AllowInProcess()), open(t, token.Config())
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	pin, err := pinblock.ParsePIN("1234")
	require.NoError(t, err)
	block, err := pinblock.Seal(t.Context(), nil, k, pinblock.ISO0, pin, pan)
	require.NoError(t, err)
	r := hsm.Reference{Block: block, PAN: pan, From: hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk"}
	_, err = h.PINReference(t.Context(), r)
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
	_, err = other.FindKey(t.Context(), "zpk")
	require.NoError(t, err)

	for label, want := range map[string]hsm.KeyInfo{
		"zpk": {Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, KCV: "08D7B4"},
		"pvk": {Label: "pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV, KCV: pvk.KCV()},
	} {
		for range 2 {
			info, err := h.Adopt(t.Context(), label, want.Usage)
			require.NoError(t, err)
			require.Equal(t, want, info)
		}
		_, err = h.Adopt(t.Context(), label, keys.UsageIBM3624)
		require.ErrorIs(t, err, hsm.ErrKeyUsage)
		require.ErrorContains(t, err, "has usage "+string(want.Usage)+" already")
		for _, x := range []*pkcs11.Device{d, other, open(t, token.Config())} {
			require.Equal(t, want, *find(t, x, label).Info())
		}
	}
	got, err := h.PINReference(t.Context(), r)
	require.NoError(t, err)
	want, err := pinverify.VisaPVV{Index: 1}.Reference(t.Context(), pvk, pin, pan)
	require.NoError(t, err)
	require.Equal(t, want, got)

	// The token would let the PVK decipher. This package does not.
	out := make([]byte, 8)
	err = find(t, d, "pvk").Decrypt(t.Context(), out, out)
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
	require.ErrorContains(t, err, "but not its usage V2")
}

// Every algorithm and usage, and what each needs the token to allow.
func TestAdoptByRights(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	kind := map[keys.Algorithm]uint{keys.TDES2: p11.CKK_DES2, keys.TDES3: p11.CKK_DES3,
		keys.AES128: p11.CKK_AES, keys.AES192: p11.CKK_AES, keys.AES256: p11.CKK_AES}
	for _, a := range algorithms {
		for _, c := range []struct {
			usage keys.Usage
			needs []uint
		}{
			{keys.UsagePIN, []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT}},
			{keys.UsageVisaPVV, []uint{p11.CKA_ENCRYPT}},
			{keys.UsageBDK, []uint{p11.CKA_DERIVE}},
			{keys.UsageKEK, nil},
		} {
			k := soft(t, a, c.usage)
			good := a.String() + string(c.usage)
			foreign(t, token, good, kind[a], value(k, c.needs...)...)
			info, err := d.Adopt(t.Context(), good, c.usage)
			require.NoError(t, err, good)
			want := hsm.KeyInfo{Label: good, Algorithm: a, Usage: c.usage, KCV: k.KCV()}
			if a.BlockSize() == 16 && (len(c.needs) == 0 || c.needs[0] != p11.CKA_ENCRYPT) {
				want.KCV = "" // the key may not encipher, and what the token says of it is not the payment check value
			}
			require.Equal(t, want, info)
			for i := range c.needs {
				bad := good + string(rune('a'+i))
				foreign(t, token, bad, kind[a], value(k, append(append([]uint{p11.CKA_WRAP}, c.needs[:i]...), c.needs[i+1:]...)...)...)
				_, err := d.Adopt(t.Context(), bad, c.usage)
				require.ErrorIs(t, err, hsm.ErrKeyUsage)
				require.ErrorContains(t, err, "is false")
				require.Empty(t, find(t, d, bad).Info().Usage)
			}
		}
	}
}

// An adopted AES BDK derives on the token.
func TestAdoptedBDK(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	bdk := aesBDK(t, keys.AES256, keys.UsageBDK)
	foreign(t, token, "bdk", p11.CKK_AES, value(bdk, p11.CKA_DERIVE)...)
	_, err := d.Adopt(t.Context(), "bdk", keys.UsageBDK)
	require.NoError(t, err)
	// published: X9.24-3:2017 supplement
	want, err := cleartext.ParseAES("09C9C432966811D6B2C3336BAC1B1202", keys.UsagePIN)
	require.NoError(t, err)
	require.Equal(t, want.KCV(), kcv(t, derive(t, d, "bdk", ksn(t, "123456789012345600000001"), keys.AES128)))
}

func TestAdoptRefuses(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	k := zpk(t)
	all := []uint{p11.CKA_ENCRYPT, p11.CKA_DECRYPT, p11.CKA_DERIVE}
	_, err := d.Adopt(t.Context(), "nobody", keys.UsagePIN)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)

	foreign(t, token, "generic", p11.CKK_GENERIC_SECRET, value(k, all...)...)
	_, err = d.Adopt(t.Context(), "generic", keys.UsagePIN)
	require.ErrorIs(t, err, hsm.ErrKeyUsage)

	foreign(t, token, "twice", p11.CKK_DES2, value(k, all...)...)
	foreign(t, token, "twice", p11.CKK_DES2, value(k, all...)...)
	_, err = d.Adopt(t.Context(), "twice", keys.UsagePIN)
	require.ErrorIs(t, err, pkcs11.ErrAmbiguous)

	foreign(t, token, "fixed", p11.CKK_DES2, append(value(k, all...), p11.NewAttribute(p11.CKA_MODIFIABLE, false))...)
	_, err = d.Adopt(t.Context(), "fixed", keys.UsagePIN)
	require.ErrorIs(t, err, hsm.ErrDevice)
	require.ErrorContains(t, err, "CKR_ACTION_PROHIBITED")
	require.ErrorContains(t, err, "does not let the key's CKA_ID be changed")
	require.Empty(t, find(t, d, "fixed").Info().Usage)

	foreign(t, token, "plain", p11.CKK_DES2, value(k, all...)...)
	_, err = d.Adopt(t.Context(), "plain", "??")
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
	c := token.Config()
	c.ReadOnly = true
	_, err = open(t, c).Adopt(t.Context(), "plain", keys.UsagePIN)
	require.ErrorContains(t, err, "read-only")
	require.NoError(t, d.Close())
	_, err = d.Adopt(t.Context(), "plain", keys.UsagePIN)
	require.ErrorIs(t, err, hsm.ErrClosed)
}
