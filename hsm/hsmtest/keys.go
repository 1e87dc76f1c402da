package hsmtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

func testKeys(t *testing.T, r *rig) {
	ctx := t.Context()
	list, err := r.hsm.ListKeys(ctx)
	require.NoError(t, err)
	require.Len(t, list, len(rigKeys))
	for i := 1; i < len(list); i++ {
		require.Less(t, list[i-1].Label, list[i].Label, "sorted by label")
	}

	for _, alg := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		label := "made " + alg.String()
		made, err := r.hsm.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: alg, Usage: keys.UsagePIN, Ephemeral: true})
		require.NoError(t, err, alg)
		require.Len(t, made.KCV, 6, "a key's KCV is known when it is made")
		found, err := r.hsm.KeyInfo(ctx, label)
		require.NoError(t, err)
		require.Equal(t, made, found)
		require.True(t, found.Ephemeral)

		// It enciphers: a PIN goes in under it and comes out under a known key.
		f := pinblock.ISO3
		if alg.BlockSize() == 16 {
			f = pinblock.ISO4
		}
		gen, err := r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: mustPAN(t, pans[0]), To: hsm.PINKey{Key: label, Format: f}})
		require.NoError(t, err)
		_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: gen.Block, PAN: mustPAN(t, pans[0]),
			From: hsm.PINKey{Key: label, Format: f}, To: pinKey(pinblock.ISO0, false)})
		require.NoError(t, err)
		require.NoError(t, r.hsm.DeleteKey(ctx, label))
		_, err = r.hsm.KeyInfo(ctx, label)
		require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	}
	r.testTwoLabels(t)
}

// testTwoLabels imports a key that is there already under another label: that is
// another key, with a life of its own.
func (r *rig) testTwoLabels(t *testing.T) {
	ctx, again := t.Context(), zpk1+" again"
	_, err := r.hsm.ImportKey(ctx, hsm.KeySpec{Label: again}, r.soft[zpk1])
	require.NoError(t, err)
	list, err := r.hsm.ListKeys(ctx)
	require.NoError(t, err)
	require.Len(t, list, len(rigKeys)+1, "neither has taken the other's place")
	block := r.seal(t, pinKey(pinblock.ISO0, false), "1234", pans[0])
	use := func(label string) error {
		_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: mustPAN(t, pans[0]),
			From: hsm.PINKey{Key: label, Format: pinblock.ISO0}, To: pinKey(pinblock.ISO0, true)})
		return err
	}
	require.NoError(t, use(zpk1))
	require.NoError(t, use(again))
	require.NoError(t, r.hsm.DeleteKey(ctx, again))
	require.ErrorIs(t, use(again), hsm.ErrKeyNotFound)
	require.NoError(t, use(zpk1))
}

func testKeysRefused(t *testing.T, r *rig) {
	ctx := t.Context()
	key, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	require.NoError(t, err)
	_, err = r.hsm.ImportKey(ctx, hsm.KeySpec{Label: zpk1}, key)
	require.ErrorIs(t, err, hsm.ErrKeyExists, "a label names one key")
	_, err = r.hsm.GenerateKey(ctx, hsm.KeySpec{Label: zpk1, Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.ErrorIs(t, err, hsm.ErrKeyExists)
	info, err := r.hsm.KeyInfo(ctx, zpk1)
	require.NoError(t, err)
	require.Equal(t, r.soft[zpk1].KCV(), info.KCV, "and the first one is still there")

	require.ErrorIs(t, r.hsm.DeleteKey(ctx, "nobody"), hsm.ErrKeyNotFound)
	_, err = r.hsm.KeyInfo(ctx, "nobody")
	require.ErrorIs(t, err, hsm.ErrKeyNotFound)
	require.Contains(t, err.Error(), "nobody", "the error names the key")
	for _, bad := range []hsm.KeySpec{
		{Label: "", Algorithm: keys.TDES2, Usage: keys.UsagePIN},
		{Label: strings.Repeat("x", 65), Algorithm: keys.TDES2, Usage: keys.UsagePIN},
		{Label: "new\nline", Algorithm: keys.TDES2, Usage: keys.UsagePIN},
		{Label: "a", Usage: keys.UsagePIN},
		{Label: "a", Algorithm: keys.TDES2},
		{Label: "a", Algorithm: keys.TDES2, Usage: "??"},
	} {
		_, err := r.hsm.GenerateKey(ctx, bad)
		require.Error(t, err, "%+v", bad)
	}
	_, err = r.hsm.ImportKey(ctx, hsm.KeySpec{Label: "a"}, keys.Key{})
	require.Error(t, err, "an empty key")
	_, err = r.hsm.ImportKey(ctx, hsm.KeySpec{Label: "a", Usage: keys.UsageVisaPVV}, key)
	require.Error(t, err, "a usage that is not the key's")
}

func testKeySeparation(t *testing.T, r *rig) {
	ctx, pan := t.Context(), mustPAN(t, pans[0])
	from := pinKey(pinblock.ISO0, false)
	block := r.seal(t, from, "1234", pans[0])
	for _, label := range []string{pvk, ibm, other} {
		wrong := hsm.PINKey{Key: label, Format: pinblock.ISO0}
		_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: wrong, To: from})
		require.ErrorIs(t, err, hsm.ErrKeyUsage, "%s opens a block", label)
		_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: wrong})
		require.ErrorIs(t, err, hsm.ErrKeyUsage, "%s makes a block", label)
		_, err = r.hsm.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: wrong})
		require.ErrorIs(t, err, hsm.ErrKeyUsage)
		_, err = r.hsm.TranslatePINs(ctx, hsm.Batch{From: from, To: wrong, Blocks: block, PANs: []pinblock.PAN{pan}})
		require.ErrorIs(t, err, hsm.ErrKeyUsage)
	}
	for _, label := range []string{zpk1, aes1, ibm, other} {
		_, err := r.hsm.PINReference(ctx, hsm.Reference{Block: block, PAN: pan, From: from, Method: pinverify.VisaPVV{Index: 1}, MethodKey: label})
		require.ErrorIs(t, err, hsm.ErrKeyUsage, "%s as PVK", label)
	}

	// Not the front alone: the device does not let a verification key decipher.
	k, err := r.device.FindKey(ctx, pvk)
	require.NoError(t, err)
	if d, ok := k.(pinblock.Decrypter); ok {
		require.Error(t, d.Decrypt(ctx, make([]byte, 8), make([]byte, 8)))
	}

	// A TDES key does not fit ISO-4, nor an AES key the others.
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: hsm.PINKey{Key: zpk2, Format: pinblock.ISO4}})
	require.ErrorIs(t, err, pinblock.ErrKeySize)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: hsm.PINKey{Key: aes1, Format: pinblock.ISO0}, To: from})
	require.ErrorIs(t, err, pinblock.ErrKeySize)
	_, err = r.hsm.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: hsm.PINKey{Format: pinblock.ISO0}, To: from})
	require.ErrorIs(t, err, hsm.ErrKeyNotFound, "no key named")
}
