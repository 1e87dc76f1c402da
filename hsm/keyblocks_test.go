package hsm_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// opaque is a device that unwraps no key blocks, as a PKCS#11 token is: what it
// has of [soft.Device] is what is named here.
type opaque struct {
	hsm.Device
	hsm.KeyManager
}

// FindKey returns a key that enciphers and is nothing else.
func (o opaque) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	k, err := o.Device.FindKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	return opaqueKey{k, k.(cipher)}, nil
}

type cipher interface {
	BlockSize() int
	Encrypt(ctx context.Context, dst, src []byte) error
}

type opaqueKey struct {
	hsm.Key
	cipher
}

// parties returns two devices with one protection key of each algorithm.
func parties(t *testing.T) (a, b *hsm.HSM) {
	t.Helper()
	d := soft.New()
	a, b = hsm.New(soft.New()), hsm.New(opaque{d, d})
	for _, alg := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		k, err := keys.Generate(alg, keys.UsageKBPK)
		require.NoError(t, err)
		for _, h := range []*hsm.HSM{a, b} {
			_, err := h.ImportKey(t.Context(), hsm.KeySpec{Label: "kbpk " + alg.String()}, k)
			require.NoError(t, err)
		}
	}
	return a, b
}

func TestKeyBlocksBetweenDevices(t *testing.T) {
	t.Parallel()
	a, b := parties(t)
	ctx := t.Context()
	for _, alg := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES256} {
		for _, u := range []keys.Usage{keys.UsagePIN, keys.UsageVisaPVV, keys.UsageBDK, keys.UsageKEK, keys.UsageCMAC, "07"} {
			label := alg.String() + string(u)
			made, err := a.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: alg, Usage: u})
			require.NoError(t, err)
			for version, kbpk := range map[byte]string{0: "kbpk AES256", 'E': "kbpk AES256", 'B': "kbpk TDES3"} {
				if version == 'B' && alg.BlockSize() == 16 {
					continue // has to be in an AES version
				}
				block, err := a.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: label, KBPK: kbpk, Version: version})
				require.NoError(t, err, "%s %c", label, version)
				info, exposure, err := b.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: kbpk, Spec: hsm.KeySpec{Label: label}})
				require.NoError(t, err, "%s %c", label, version)
				require.Equal(t, hsm.InProcess, exposure, "the device does not unwrap")
				require.Equal(t, made, info)
				require.NoError(t, b.DeleteKey(ctx, label))
				info, exposure, err = a.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: kbpk,
					Spec: hsm.KeySpec{Label: "copy", Usage: u, Algorithm: alg}})
				require.NoError(t, err)
				require.Equal(t, hsm.OnDevice, exposure)
				require.Equal(t, made.KCV, info.KCV)
				require.NoError(t, a.DeleteKey(ctx, "copy"))
			}
		}
	}
}

func TestKeyBlocksRefuse(t *testing.T) {
	t.Parallel()
	a, b := parties(t)
	ctx := t.Context()
	_, err := a.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	require.NoError(t, err)
	block, err := a.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "zpk", KBPK: "kbpk AES128"})
	require.NoError(t, err)
	_, err = b.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "kbpk AES128", KBPK: "kbpk AES256"})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "not extractable")

	x := hsm.KeySpec{Label: "x"}
	changed := []byte(block)
	if last := &changed[len(changed)-1]; *last == '0' {
		*last = '1'
	} else {
		*last = '0' // still a hex digit, and another
	}
	for _, h := range []*hsm.HSM{a, b} {
		for name, c := range map[string]struct {
			ask hsm.KeyBlockImport
			err error
		}{
			"wrong KBPK":    {hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES256", Spec: x}, keyblock.ErrMAC},
			"no KBPK":       {hsm.KeyBlockImport{Block: block, KBPK: "nobody", Spec: x}, hsm.ErrKeyNotFound},
			"KBPK unnamed":  {hsm.KeyBlockImport{Block: block, Spec: x}, hsm.ErrKeyNotFound},
			"TDES KBPK":     {hsm.KeyBlockImport{Block: block, KBPK: "kbpk TDES3", Spec: x}, keyblock.ErrKBPK},
			"changed":       {hsm.KeyBlockImport{Block: string(changed), KBPK: "kbpk AES128", Spec: x}, keyblock.ErrMAC},
			"cut":           {hsm.KeyBlockImport{Block: block[:len(block)-2], KBPK: "kbpk AES128", Spec: x}, keyblock.ErrHeader},
			"empty":         {hsm.KeyBlockImport{KBPK: "kbpk AES128", Spec: x}, keyblock.ErrHeader},
			"inconsistent":  {hsm.KeyBlockImport{Block: "D0016P0TG00E0000", KBPK: "kbpk AES128", Spec: x}, keyblock.ErrInconsistent},
			"another usage": {hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES128", Spec: hsm.KeySpec{Label: "x", Usage: keys.UsageVisaPVV}}, nil},
			"another alg":   {hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES128", Spec: hsm.KeySpec{Label: "x", Algorithm: keys.AES128}}, nil},
			"no label":      {hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES128"}, nil},
			"taken":         {hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES128", Spec: hsm.KeySpec{Label: "kbpk TDES2"}}, hsm.ErrKeyExists},
		} {
			_, exposure, err := h.ImportKeyBlock(ctx, c.ask)
			require.Error(t, err, name)
			require.Equal(t, hsm.Refused, exposure)
			if c.err != nil {
				require.ErrorIs(t, err, c.err, name)
			}
			if len(c.ask.Block) > 40 {
				require.NotContains(t, err.Error(), c.ask.Block[20:36], name)
			}
			_, err = h.KeyInfo(ctx, "x")
			require.ErrorIs(t, err, hsm.ErrKeyNotFound, "%s: nothing is left", name)
		}
	}
	// A key of another usage is no protection key, on either.
	_, _, err = a.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: "zpk", Spec: x})
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
	_, err = b.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.AES256, Usage: keys.UsagePIN})
	require.NoError(t, err)
	_, _, err = b.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: "zpk", Spec: x})
	require.ErrorIs(t, err, hsm.ErrKeyUsage)
	_, err = a.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "kbpk AES128", KBPK: "zpk"})
	require.ErrorIs(t, err, hsm.ErrKeyUsage)

	require.NoError(t, a.Close())
	_, err = a.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "zpk", KBPK: "kbpk AES128"})
	require.ErrorIs(t, err, hsm.ErrClosed)
	_, _, err = a.ImportKeyBlock(ctx, hsm.KeyBlockImport{Block: block, KBPK: "kbpk AES128", Spec: x})
	require.ErrorIs(t, err, hsm.ErrClosed)
}

func TestAdoptIsForSomeDevices(t *testing.T) {
	t.Parallel()
	h := hsm.New(soft.New())
	_, err := h.Adopt(t.Context(), "zpk", keys.UsagePIN)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = h.Adopt(t.Context(), "zpk", "??")
	require.ErrorIs(t, err, keys.ErrUnknownUsage)
	require.NoError(t, h.Close())
	_, err = h.Adopt(t.Context(), "zpk", keys.UsagePIN)
	require.ErrorIs(t, err, hsm.ErrClosed)
}
