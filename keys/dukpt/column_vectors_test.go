package dukpt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// tdesVectors returns the vectors of TDES DUKPT that have a result, by BDK, and those
// KSNs for which one is refused.
func tdesVectors(t *testing.T) (good map[string][]vector, refused []dukpt.KSN) {
	t.Helper()
	good = map[string][]vector{}
	for _, v := range loadVectors(t, "dukpt-tdes") {
		ksn, err := dukpt.ParseKSN(v.Inputs.KSN)
		switch {
		case v.Inputs.BDK == "" || err != nil || v.Op == "dukpt.tdes.ik":
		case v.ExpectError != nil:
			refused = append(refused, ksn)
		default:
			good[v.Inputs.BDK] = append(good[v.Inputs.BDK], v)
		}
	}
	return good, refused
}

// Every transaction of the vectors, whatever they have of it, and those that are
// refused between them.
func TestPINKeysVectors(t *testing.T) {
	t.Parallel()
	good, refused := tdesVectors(t)
	transactions, faults := 0, 0
	for text, vectors := range good {
		bdk, err := cleartext.ParseTDES(text, keys.UsageBDK)
		require.NoError(t, err)
		var ksns []dukpt.KSN
		for _, v := range vectors {
			ksns = append(ksns, parseKSN(t, v.Inputs.KSN))
		}
		transactions += len(ksns)
		faults += requireSame(t, bdk, append(ksns, refused...))
		requireTransactionKeys(t, bdk, vectors, ksns)
	}
	require.Equal(t, 129, transactions)
	require.Equal(t, 2*len(good), faults)
}

// requireTransactionKeys holds a column to the published transaction keys, which have
// the PIN variant in the last byte of each half.
func requireTransactionKeys(t *testing.T, bdk keys.Key, vectors []vector, ksns []dukpt.KSN) {
	t.Helper()
	column, _, err := dukpt.PINKeys(bdk, ksns)
	require.NoError(t, err)
	got := make([]byte, 8*len(ksns))
	require.NoError(t, column.Encrypt(t.Context(), got, got))
	for i, v := range vectors {
		if v.Op != "dukpt.tdes.txn" {
			continue
		}
		key, want := unhex(v.Expected["txn_key"]), make([]byte, 8)
		key[7] ^= 0xff
		key[15] ^= 0xff
		tdes2(key).Encrypt(want, want)
		require.Equal(t, want, got[8*i:8*i+8], v.ID)
	}
}

// Every PIN block of the vectors, translated as columns under the keys of columns.
func TestPINKeysTranslateVectors(t *testing.T) {
	t.Parallel()
	good, _ := tdesVectors(t)
	zpk, err := keys.Generate(keys.TDES2, keys.UsagePIN)
	require.NoError(t, err)
	blocks := 0
	for text, vectors := range good {
		bdk, err := cleartext.ParseTDES(text, keys.UsageBDK)
		require.NoError(t, err)
		var ksns []dukpt.KSN
		var c pinblock.Column
		var pins []string
		for _, v := range vectors {
			if v.Inputs.Format == "" {
				continue
			}
			require.Equal(t, "ISO-0", v.Inputs.Format, v.ID)
			pan, err := pinblock.ParsePAN(v.Inputs.PAN)
			require.NoError(t, err)
			ksns = append(ksns, parseKSN(t, v.Inputs.KSN))
			c.Blocks = append(c.Blocks, unhex(v.Inputs.Block+v.Expected["block"])...) // it has one of the two
			c.PANs = append(c.PANs, pan)
			pins = append(pins, v.Inputs.PIN+v.Expected["pin"])
		}
		column, faults, err := dukpt.PINKeys(bdk, ksns)
		require.NoError(t, err)
		require.Empty(t, faults)
		made, wrong, err := pinblock.TranslateAll(t.Context(), nil, c, pinblock.Source{Key: column, Format: pinblock.ISO0}, pinblock.Target{Key: zpk, Format: pinblock.ISO0})
		require.NoError(t, err)
		require.Empty(t, wrong)
		for i, want := range pins {
			pin, err := pinblock.Open(t.Context(), zpk, pinblock.ISO0, made[8*i:8*i+8], c.PANs[i])
			require.NoError(t, err)
			require.Equal(t, want, clear.Digits(pin))
		}
		blocks += len(pins)
	}
	require.Equal(t, 23, blocks)
}
