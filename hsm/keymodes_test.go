package hsm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// A key does what its mode of use allows.
func TestModeOfUse(t *testing.T) {
	t.Parallel()
	h := hsm.New(soft.New())
	ctx := t.Context()
	kbpk, err := keys.Generate(keys.AES256, keys.UsageKBPK)
	require.NoError(t, err)
	_, err = h.ImportKey(ctx, hsm.KeySpec{Label: "kbpk"}, kbpk)
	require.NoError(t, err)
	load := func(u keys.Usage, a keys.Algorithm, modes string) {
		key, err := keys.Generate(a, u)
		require.NoError(t, err)
		for _, m := range []byte(modes) {
			block, err := keyblock.Wrap(ctx, kbpk, keyblock.Header{Version: 'D', Mode: m, Exportability: 'E'}, key)
			require.NoError(t, err)
			_, _, err = h.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: "kbpk", Spec: hsm.KeySpec{Label: string(u) + string(m)}})
			require.NoError(t, err)
		}
	}
	load(keys.UsagePIN, keys.TDES2, "BDEN")
	load(keys.UsageVisaPVV, keys.TDES2, "CGVN")
	load(keys.UsageKEK, keys.AES256, "BDEN")
	pan, err := pinblock.ParsePAN("5432101234567891")
	require.NoError(t, err)
	pin := func(mode string) hsm.PINKey { return hsm.PINKey{Key: "P0" + mode, Format: pinblock.ISO0} }
	made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: pin("B"), Method: pinverify.VisaPVV{Index: 1}, MethodKey: "V2C"})
	require.NoError(t, err)

	want := func(err error, allowed bool, what string) {
		t.Helper()
		if allowed {
			require.NoError(t, err, what)
		} else {
			require.ErrorIs(t, err, hsm.ErrKeyUsage, what)
		}
	}
	for _, m := range []string{"B", "D", "E", "N"} {
		_, err := h.TranslatePIN(ctx, hsm.Translation{Block: made.Block, PAN: pan, From: pin(m), To: pin("B")})
		want(err, m != "E", "deciphers with mode "+m)
		_, err = h.TranslatePIN(ctx, hsm.Translation{Block: made.Block, PAN: pan, From: pin("B"), To: pin(m)})
		want(err, m != "D", "enciphers with mode "+m)
		block, err := h.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "P0B", KBPK: "K0" + m})
		want(err, m != "D", "wraps with mode "+m)
		if block == "" {
			block, err = h.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "P0B", KBPK: "K0B"})
			require.NoError(t, err)
		}
		_, _, err = h.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: "K0" + m, Spec: hsm.KeySpec{Label: "copy"}})
		want(err, m != "E", "unwraps with mode "+m)
		_ = h.DeleteKey(ctx, "copy")
	}
	for _, m := range []string{"C", "G", "V", "N"} {
		v := hsm.Verification{Block: made.Block, PAN: pan, From: pin("B"), Method: pinverify.VisaPVV{Index: 1}, MethodKey: "V2" + m, Reference: made.Reference}
		want(h.VerifyPIN(ctx, v), m != "G", "verifies with mode "+m)
		_, err := h.PINReference(ctx, hsm.Reference{Block: made.Block, PAN: pan, From: pin("B"), Method: v.Method, MethodKey: v.MethodKey})
		want(err, m != "V", "makes a reference with mode "+m)
		_, err = h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: pin("B"), Method: v.Method, MethodKey: v.MethodKey})
		want(err, m != "V", "makes a PIN and its reference with mode "+m)
	}
}
