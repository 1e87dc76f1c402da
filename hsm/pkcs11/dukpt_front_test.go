//go:build cgo

package pkcs11_test

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The blocks of the vectors through the front, on the token: translated and
// verified, right and wrong. However it ends, the token has the objects it had.
func TestDUKPTLeavesNothing(t *testing.T) {
	t.Parallel()
	d, token := fresh(t)
	label := map[int]string{32: "AES128", 48: "AES192", 64: "AES256"}
	loadAESBDKs(t, d)
	stored, pvk := soft(t, keys.AES128, keys.UsagePIN), soft(t, keys.TDES2, keys.UsageVisaPVV)
	load(t, d, "zpk", stored)
	load(t, d, "pvk", pvk)
	h, before := hsm.New(d, hsm.AllowInProcess()), objects(t, token)
	m := pinverify.VisaPVV{Index: 1}
	vectors := aesVectors(t, "dukpt.aes.decrypt_pin")
	require.Len(t, vectors, 7)
	for _, v := range vectors {
		block, err := hex.DecodeString(v.Inputs.Block)
		require.NoError(t, err)
		pan, err := pinblock.ParsePAN(v.Inputs.PAN)
		require.NoError(t, err)
		pin, err := pinblock.ParsePIN(v.Expected.PIN)
		require.NoError(t, err)
		from := hsm.PINKey{Key: label[len(v.Inputs.BDK)], Format: pinblock.ISO4, KSN: ksn(t, v.Inputs.KSN)}
		to := hsm.PINKey{Key: "zpk", Format: pinblock.ISO4}

		translated, err := h.TranslatePIN(t.Context(), hsm.Translation{Block: block, PAN: pan, From: from, To: to})
		require.NoError(t, err, v.ID)
		got, err := pinblock.Open(t.Context(), stored, pinblock.ISO4, translated, pan)
		require.NoError(t, err, v.ID)
		require.True(t, got.Equal(pin), v.ID)
		require.Equal(t, before, objects(t, token), v.ID)

		reference, err := m.Reference(t.Context(), pvk, pin, pan)
		require.NoError(t, err)
		verify := hsm.Verification{Block: block, PAN: pan, From: from, Method: m, MethodKey: "pvk", Reference: reference}
		require.NoError(t, h.VerifyPIN(t.Context(), verify), v.ID)
		verify.Reference = []byte{reference[0] ^ 1, reference[1], reference[2], reference[3]}
		require.ErrorIs(t, h.VerifyPIN(t.Context(), verify), hsm.ErrWrongPIN, v.ID)
		verify.Block = append([]byte{block[0] ^ 1}, block[1:]...)
		require.ErrorIs(t, h.VerifyPIN(t.Context(), verify), hsm.ErrBlock, v.ID)
		require.Equal(t, before, objects(t, token), v.ID)

		all := hsm.Batch{From: from, To: to, Blocks: slices.Concat(block, verify.Block, block),
			PANs: []pinblock.PAN{pan, pan, pan}, KSNs: []dukpt.KSN{from.KSN, from.KSN, {}}}
		all.From.KSN = dukpt.KSN{}
		results, err := h.TranslatePINs(t.Context(), all)
		require.NoError(t, err, v.ID)
		require.Len(t, results.Faults, 2)
		for i, want := range []error{nil, hsm.ErrBlock, hsm.ErrKeyUsage} {
			_, err := results.Block(i)
			require.ErrorIs(t, err, want)
		}
		require.Equal(t, before, objects(t, token), v.ID)
	}
}
