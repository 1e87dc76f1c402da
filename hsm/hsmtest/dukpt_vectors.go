package hsmtest

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// bdks are the base derivation keys of the published tables: X9.24-1:2009 annex A,
// and the supplement of X9.24-3:2017, which has none of 192 bits.
var bdks = []struct {
	alg      keys.Algorithm
	hex, ksn string // the latter with its counter at zero
	format   pinblock.Format
}{
	{keys.TDES2, "0123456789ABCDEFFEDCBA9876543210", "FFFF9876543210E00000", pinblock.ISO0},
	{keys.AES128, "FEDCBA9876543210F1F1F1F1F1F1F1F1", "123456789012345600000000", pinblock.ISO4},
	{keys.AES192, "FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210", "123456789012345600000000", pinblock.ISO4},
	{keys.AES256, "FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210F1F1F1F1F1F1F1F1", "123456789012345600000000", pinblock.ISO4},
}

// dukptBlocks are PIN blocks, published for the first two BDKs, and for the others
// made with an implementation that is not this one (openemv/dukpt).
var dukptBlocks = []struct {
	bdk                  keys.Algorithm
	ksn, block, pin, pan string
}{
	{keys.TDES2, "FFFF9876543210E00002", "10A01C8D02C69107", "1234", "4012345678909"},
	{keys.TDES2, "FFFF9876543210E00003", "18DC07B94797B466", "1234", "4012345678909"},
	{keys.TDES2, "FFFF9876543210EFF800", "33365F5CC6F23C35", "1234", "4012345678909"},
	{keys.TDES2, "FFFF9876543210F00000", "73EC88AD0AC5830E", "1234", "4012345678909"},
	{keys.AES128, "123456789012345600000001", "A912150391AB65A67E52883D81CE2D15", "1234", "4111111111111111"},
	{keys.AES128, "123456789012345600000006", "BDC1C3871AFB0B340AA5B5CEFD08695E", "1234", "4111111111111111"},
	{keys.AES128, "123456789012345600000007", "4A8E6B8C7DBEE6CBA6DC774F0CB83396", "1234", "4111111111111111"},
	{keys.AES192, "123456789012345600000002", "B91069925E952B260601BA1BEBAC89F9", "123456", "6799998900000060919"},
	{keys.AES256, "123456789012345600000003", "B2C7AF457C7EFF13E494C2238EFC0317", "123456", "6799998900000060919"},
}

// dukptKeys are published PIN keys under the BDK of 256 bits.
var dukptKeys = []struct {
	alg      keys.Algorithm
	ksn, hex string
}{
	{keys.AES128, "123456789012345600000001", "09C9C432966811D6B2C3336BAC1B1202"},
	{keys.AES128, "123456789012345600000005", "97504C8BB0FD4D4A88D605143BF00025"},
	{keys.AES256, "123456789012345600000006", "8714EB94E3BFD3018EC99D0434D9C94F071AF2EEBF4332FB14F5179793AA582C"},
	{keys.AES256, "123456789012345600000008", "173A45284262A3E292D86D08FD6DE9167963214450D1D48F6103BD2EB08E61B5"},
}

// testDUKPTVectors has the device translate blocks under the keys of the tables.
func (r *rig) testDUKPTVectors(t *testing.T, derived map[keys.Algorithm]bool) {
	translate := func(name string, block []byte, from hsm.PINKey, pin, pan string) {
		to := pinKey(pinblock.ISO3, true)
		got, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: block, PAN: mustPAN(t, pan), From: from, To: to})
		require.NoError(t, err, name)
		r.requirePIN(t, to, got, pin, pan)
	}
	for _, v := range dukptBlocks {
		if !derived[v.bdk] {
			continue
		}
		from := hsm.PINKey{Key: "bdk" + v.bdk.String(), Format: pinblock.ISO4, KSN: mustKSN(t, v.ksn)}
		if v.bdk == keys.TDES2 {
			from.Format = pinblock.ISO0
		}
		block, err := hex.DecodeString(v.block)
		require.NoError(t, err)
		translate(v.ksn, block, from, v.pin, v.pan)
	}
	for _, v := range dukptKeys {
		key, err := cleartext.Parse(v.alg, keys.UsagePIN, v.hex)
		require.NoError(t, err)
		block, err := pinblock.Seal(t.Context(), nil, key, pinblock.ISO4, mustPIN(t, "4321"), mustPAN(t, pans[0]))
		require.NoError(t, err)
		from := hsm.PINKey{Key: "bdk" + keys.AES256.String(), Format: pinblock.ISO4, KSN: mustKSN(t, v.ksn), Algorithm: v.alg}
		translate(v.ksn, block, from, "4321", pans[0])
	}
}

// importBDKs puts the BDKs on the device, and beside each the initial key of its
// terminal.
func (r *rig) importBDKs(t *testing.T) {
	for _, b := range bdks {
		bdk, err := cleartext.Parse(b.alg, keys.UsageBDK, b.hex)
		require.NoError(t, err)
		initial, err := dukpt.InitialKey(bdk, mustKSN(t, b.ksn))
		require.NoError(t, err)
		for prefix, k := range map[string]keys.Key{"bdk": bdk, "initial": initial} {
			label := prefix + b.alg.String()
			_, err = r.hsm.ImportKey(t.Context(), hsm.KeySpec{Label: label, Ephemeral: true}, k)
			require.NoError(t, err, "import %s", label)
			r.soft[label] = k
		}
	}
}

func mustKSN(t *testing.T, s string) dukpt.KSN {
	t.Helper()
	k, err := dukpt.ParseKSN(s)
	require.NoError(t, err)
	return k
}

// dukptKey derives, in software, the key that k stands for.
func (r *rig) dukptKey(t *testing.T, k hsm.PINKey) keys.Key {
	t.Helper()
	a := k.Algorithm
	switch {
	case a != 0:
	case k.Format.BlockSize() == 8:
		a = keys.TDES2
	default:
		a = r.soft[k.Key].Algorithm()
	}
	key, err := dukpt.WorkingKey(r.soft[k.Key], k.KSN, dukpt.PIN, a)
	require.NoError(t, err)
	return key
}

// sealDUKPT makes a block as a terminal would.
func (r *rig) sealDUKPT(t *testing.T, k hsm.PINKey, pin, pan string) []byte {
	t.Helper()
	block, err := pinblock.Seal(t.Context(), nil, r.dukptKey(t, k), k.Format, mustPIN(t, pin), mustPAN(t, pan))
	require.NoError(t, err, "%v", k.Format)
	return block
}
