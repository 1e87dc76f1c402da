package hsmtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// withCounter returns a KSN of the terminal of k with the last digits given.
func withCounter(t *testing.T, k dukpt.KSN, digits string) dukpt.KSN {
	t.Helper()
	s := k.String()
	return mustKSN(t, s[:len(s)-len(digits)]+digits)
}

// testDUKPTBatch translates blocks that have a KSN each. What is wrong with one
// is that one's affair.
func (r *rig) testDUKPTBatch(t *testing.T, from hsm.PINKey, ksn dukpt.KSN) {
	to := pinKey(pinblock.ISO3, true)
	zero, many := withCounter(t, ksn, "00000"), withCounter(t, ksn, "FFFFF")
	if ksn.IsAES() {
		many = withCounter(t, ksn, "FFFFFFFF")
	}
	b := hsm.Batch{From: from, To: to}
	var serials []dukpt.KSN
	for range 9 {
		from.KSN = ksn
		require.NoError(t, b.Add(hsm.Item{Block: r.sealDUKPT(t, from, "73918", pans[1]), PAN: mustPAN(t, pans[1]), KSN: ksn}))
		serials = append(serials, ksn)
		var err error
		ksn, err = ksn.Next()
		require.NoError(t, err)
	}
	wrong := map[int]error{2: dukpt.ErrCounterZero, 3: hsm.ErrBlock, 4: dukpt.ErrCounterBits, 5: hsm.ErrKeyUsage, 6: pinblock.ErrPANLength, 7: dukpt.ErrScheme}
	b.KSNs[2] = zero
	b.KSNs[3] = serials[4]
	b.KSNs[4] = many
	b.KSNs[5] = dukpt.KSN{}
	b.PANs[6] = mustPAN(t, "999")
	if b.KSNs[7] = mustKSN(t, "123456789012345600000001"); ksn.IsAES() {
		b.KSNs[7] = mustKSN(t, "FFFF9876543210E00001")
	}
	results, err := r.hsm.TranslatePINs(t.Context(), b)
	require.NoError(t, err)
	require.Equal(t, b.Len(), results.Len())
	for i := range results.Len() {
		block, err := results.Block(i)
		if wrong[i] != nil {
			require.ErrorIs(t, err, wrong[i], "block %d", i)
			require.Nil(t, block)
			continue
		}
		require.NoError(t, err, "block %d", i)
		r.requirePIN(t, to, block, "73918", pans[1])
	}
}

// testDUKPTRefuses asks for what no terminal sends.
func (r *rig) testDUKPTRefuses(t *testing.T) {
	ctx, pan, to := t.Context(), mustPAN(t, pans[0]), pinKey(pinblock.ISO3, true)
	tdes, aes := mustKSN(t, "FFFF9876543210E00001"), mustKSN(t, "123456789012345600000001")
	for name, c := range map[string]struct {
		from hsm.PINKey
		want error
	}{
		"a KSN with a PIN key":            {hsm.PINKey{Key: zpk1, Format: pinblock.ISO0, KSN: tdes}, hsm.ErrKeyUsage},
		"a KSN with an AES PIN key":       {hsm.PINKey{Key: aes1, Format: pinblock.ISO4, KSN: aes}, hsm.ErrKeyUsage},
		"a KSN with a PVK":                {hsm.PINKey{Key: pvk, Format: pinblock.ISO0, KSN: tdes}, hsm.ErrKeyUsage},
		"a TDES BDK without KSN":          {hsm.PINKey{Key: "bdkTDES2", Format: pinblock.ISO0}, hsm.ErrKeyUsage},
		"an AES BDK without KSN":          {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO4}, hsm.ErrKeyUsage},
		"an initial key without KSN":      {hsm.PINKey{Key: "initialAES256", Format: pinblock.ISO4}, hsm.ErrKeyUsage},
		"TDES counter zero":               {hsm.PINKey{Key: "bdkTDES2", Format: pinblock.ISO0, KSN: withCounter(t, tdes, "00000")}, dukpt.ErrCounterZero},
		"AES counter zero":                {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO4, KSN: withCounter(t, aes, "00000000")}, dukpt.ErrCounterZero},
		"too many one bits":               {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO4, KSN: withCounter(t, aes, "0003FFFF")}, dukpt.ErrCounterBits},
		"a TDES KSN with an AES BDK":      {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO4, KSN: tdes}, dukpt.ErrScheme},
		"an AES KSN with a TDES BDK":      {hsm.PINKey{Key: "bdkTDES2", Format: pinblock.ISO0, KSN: aes}, dukpt.ErrScheme},
		"a PIN key stronger than the BDK": {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO4, KSN: aes, Algorithm: keys.AES256}, dukpt.ErrStrength},
		"an AES key for a format of TDES": {hsm.PINKey{Key: "bdkAES128", Format: pinblock.ISO0, KSN: aes, Algorithm: keys.AES128}, pinblock.ErrKeySize},
		"a BDK that is not there":         {hsm.PINKey{Key: "nobody", Format: pinblock.ISO4, KSN: aes}, hsm.ErrKeyNotFound},
	} {
		_, err := r.hsm.TranslatePIN(ctx, hsm.Translation{Block: make([]byte, c.from.Format.BlockSize()), PAN: pan, From: c.from, To: to})
		require.ErrorIs(t, err, c.want, name)
	}

	zpk := pinKey(pinblock.ISO0, false)
	// Among blocks of a PIN key, one that has a KSN is a fault of its own.
	b := hsm.Batch{From: zpk, To: to}
	for _, ksn := range []dukpt.KSN{{}, tdes, {}} {
		require.NoError(t, b.Add(hsm.Item{Block: r.seal(t, zpk, "1234", pans[0]), PAN: pan, KSN: ksn}))
	}
	results, err := r.hsm.TranslatePINs(ctx, b)
	require.NoError(t, err)
	require.Len(t, results.Faults, 1)
	require.Equal(t, 1, results.Faults[0].Index)
	require.ErrorIs(t, results.Faults[0].Err, hsm.ErrKeyUsage)
	b.From.Key = "nobody"
	_, err = r.hsm.TranslatePINs(ctx, b)
	require.ErrorIs(t, err, hsm.ErrKeyNotFound, "a key that is not there is everybody's fault")
	b.From.Key, b.KSNs = "bdkTDES2", nil
	_, err = r.hsm.TranslatePINs(ctx, b)
	require.ErrorIs(t, err, hsm.ErrKeyUsage, "so is a BDK where no block has a KSN")
}

// testDUKPTTDESUnderAES has a TDES PIN key, for a format of 8 bytes, derived from
// an AES BDK.
func (r *rig) testDUKPTTDESUnderAES(t *testing.T) {
	for _, a := range []keys.Algorithm{0, keys.TDES2, keys.TDES3} {
		from := hsm.PINKey{Key: "bdkAES192", Format: pinblock.ISO0, KSN: mustKSN(t, "1234567890123456FFFF0000"), Algorithm: a}
		to := pinKey(pinblock.ISO4, false)
		block, err := r.hsm.TranslatePIN(t.Context(), hsm.Translation{Block: r.sealDUKPT(t, from, "1234", pans[0]),
			PAN: mustPAN(t, pans[0]), From: from, To: to})
		require.NoError(t, err)
		r.requirePIN(t, to, block, "1234", pans[0])
	}
}
