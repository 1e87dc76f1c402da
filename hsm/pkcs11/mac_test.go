//go:build cgo

package pkcs11_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// TestImportKeyBlock unwraps key blocks of versions B and D under a protection
// key that stays on the token and makes nothing but CMACs.
func TestImportKeyBlock(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	h := hsm.New(d)
	for _, c := range []struct {
		version      byte
		kbpk, inside keys.Algorithm
	}{
		{'B', keys.TDES3, keys.TDES2}, {'D', keys.AES256, keys.AES256}, {'D', keys.AES128, keys.TDES2}, {'D', keys.AES256, keys.AES128},
	} {
		label := "kbpk " + string(c.version) + c.kbpk.String() + c.inside.String()
		kbpk, inside := soft(t, c.kbpk, keys.UsageKBPK), soft(t, c.inside, keys.UsagePIN)
		load(t, d, label, kbpk)
		block, err := keyblock.Wrap(t.Context(), kbpk, keyblock.Header{Version: c.version, Mode: 'B', KeyVersion: "00", Exportability: 'N'}, inside)
		require.NoError(t, err)
		name := "key of " + label
		info, exposure, err := h.ImportKeyBlock(t.Context(), hsm.KeyBlockImport{Block: block, KBPK: label, Spec: hsm.KeySpec{Label: name}})
		require.NoError(t, err, label)
		require.Equal(t, hsm.InProcess, exposure, "the token has no mechanism for it, and that is said")
		require.Equal(t, hsm.KeyInfo{Label: name, Algorithm: c.inside, Usage: keys.UsagePIN, KCV: inside.KCV()}, info)

		// A changed block and a key of another usage do not unwrap.
		x := hsm.KeySpec{Label: "x"}
		changed := block[:len(block)-1] + flip(block[len(block)-1])
		_, _, err = h.ImportKeyBlock(t.Context(), hsm.KeyBlockImport{Block: changed, KBPK: label, Spec: x})
		require.ErrorIs(t, err, keyblock.ErrMAC)
		_, _, err = h.ImportKeyBlock(t.Context(), hsm.KeyBlockImport{Block: block, KBPK: name, Spec: x})
		require.ErrorIs(t, err, hsm.ErrKeyUsage)
	}
}

// flip returns another hex digit.
func flip(c byte) string {
	if c == '0' {
		return "1"
	}
	return "0"
}

// TestCMACIsForKeyBlocks holds every other key to its usage.
func TestCMACIsForKeyBlocks(t *testing.T) {
	t.Parallel()
	d, _ := fresh(t)
	for _, u := range []keys.Usage{keys.UsagePIN, keys.UsageVisaPVV, keys.UsageBDK} {
		label := "key " + string(u)
		load(t, d, label, soft(t, keys.TDES2, u))
		_, err := find(t, d, label).(keyblock.MACer).CMAC(t.Context(), make([]byte, 8))
		require.ErrorIs(t, err, hsm.ErrKeyUsage, label)
	}
}
