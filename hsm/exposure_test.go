package hsm_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// choosy is a device that keeps PINs to itself, but not with the keys that it has.
type choosy struct{ *soft.Device }

func (choosy) ThrowAway() bool { return false }

func (choosy) Exposure(w hsm.Work) (hsm.Exposure, string) {
	if w.FromKey == nil && w.ToKey == nil && w.MethodKey == nil {
		return hsm.OnDevice, ""
	}
	return hsm.InProcess, "the keys may not wrap"
}

// TestExposureOfKeys: what keys make of an operation is asked too, for each of them,
// before the device is asked to do it.
func TestExposureOfKeys(t *testing.T) {
	t.Parallel()
	d := choosy{soft.New()}
	all := hsm.New(d, hsm.AllowInProcess())
	for label, usage := range map[string]keys.Usage{"a": keys.UsagePIN, "b": keys.UsagePIN, "pvk": keys.UsageVisaPVV, "bdk": keys.UsageBDK} {
		_, err := all.GenerateKey(t.Context(), hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: usage})
		require.NoError(t, err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	require.NoError(t, err)
	from, to, m := hsm.PINKey{Key: "a", Format: pinblock.ISO0}, hsm.PINKey{Key: "b", Format: pinblock.ISO0}, pinverify.VisaPVV{Index: 1}
	derived := from
	derived.Key = "bdk"
	made, err := all.GeneratePIN(t.Context(), hsm.Generation{PAN: pan, To: from, Method: m, MethodKey: "pvk"})
	require.NoError(t, err)

	h := hsm.New(d)
	translate := hsm.Translation{Block: made.Block, PAN: pan, From: from, To: to}
	for name, f := range map[string]func() error{
		"TranslatePIN": func() error { _, err := h.TranslatePIN(t.Context(), translate); return err },
		"TranslatePINs": func() error {
			_, err := h.TranslatePINs(t.Context(), hsm.Batch{From: from, To: to, Blocks: made.Block, PANs: []pinblock.PAN{pan}})
			return err
		},
		"TranslatePINs under a BDK": func() error {
			results, err := h.TranslatePINs(t.Context(), hsm.Batch{From: derived, To: to, Blocks: made.Block, PANs: []pinblock.PAN{pan}, KSNs: []dukpt.KSN{ksn}})
			if err == nil {
				_, err = results.Block(0)
			}
			return err
		},
		"TranslatePINs of many under a BDK": func() error {
			results, err := h.TranslatePINs(t.Context(), hsm.Batch{From: derived, To: to,
				Blocks: bytes.Repeat(made.Block, 50), PANs: slices.Repeat([]pinblock.PAN{pan}, 50), KSNs: slices.Repeat([]dukpt.KSN{ksn}, 50)})
			if err == nil {
				_, err = results.Block(49)
			}
			return err
		},
		"VerifyPIN": func() error {
			return h.VerifyPIN(t.Context(), hsm.Verification{Block: made.Block, PAN: pan, From: from, Method: m, MethodKey: "pvk", Reference: made.Reference})
		},
		"PINReference": func() error {
			_, err := h.PINReference(t.Context(), hsm.Reference{Block: made.Block, PAN: pan, From: from, Method: m, MethodKey: "pvk"})
			return err
		},
		"ChangePIN": func() error {
			_, err := h.ChangePIN(t.Context(), hsm.Change{Current: made.Block, New: made.Block, PAN: pan, From: from, Method: m, MethodKey: "pvk", Reference: made.Reference})
			return err
		},
		"GeneratePIN": func() error { _, err := h.GeneratePIN(t.Context(), hsm.Generation{PAN: pan, To: from}); return err },
	} {
		err := f()
		require.ErrorIs(t, err, hsm.ErrExposure, name)
		require.ErrorContains(t, err, "the keys may not wrap", name)
	}
}
