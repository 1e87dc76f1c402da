package dukpt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/keys/dukpt/intermediate"
)

var aesAlgorithms = []keys.Algorithm{keys.AES128, keys.AES192, keys.AES256}

var allPurposes = []dukpt.Purpose{
	dukpt.PIN, dukpt.MACRequest, dukpt.MACResponse, dukpt.MACBoth,
	dukpt.DataRequest, dukpt.DataResponse, dukpt.DataBoth, dukpt.KeyEncryption, dukpt.KeyDerivation,
}

// Random keys and KSNs against the derivation as the standard tells it.
func TestTDESAgainstNaive(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 24))
	for range 300 {
		raw, ksn := random(t, r, keys.TDES2)
		bdk, err := cleartext.New(keys.TDES2, keys.UsageBDK, raw)
		require.NoError(t, err)
		ik, err := dukpt.InitialKey(bdk, ksn)
		require.NoError(t, err)
		require.Equal(t, naiveTDESInitialKey(raw, ksn.Bytes()), cleartext.Bytes(ik))
		tx, err := dukpt.Derive(bdk, ksn)
		require.NoError(t, err)
		require.Equal(t, naiveTDESTransactionKey(raw, ksn.Bytes()), intermediate.TransactionKey(tx))
		k, err := dukpt.PINKey(bdk, ksn)
		require.NoError(t, err)
		require.Equal(t, naiveTDESPINKey(raw, ksn.Bytes()), cleartext.Bytes(k))
	}
}

func TestAESAgainstNaive(t *testing.T) {
	t.Parallel()
	codes := []uint16{0x1000, 0x2000, 0x2001, 0x2002, 0x3000, 0x3001, 0x3002, 0x0002, 0x8000}
	r := rand.New(rand.NewPCG(9, 243))
	for i := range 300 {
		a := aesAlgorithms[i%3]
		p := i % len(allPurposes)
		raw, ksn := random(t, r, a)
		bdk, err := cleartext.New(a, keys.UsageBDK, raw)
		require.NoError(t, err)
		for _, to := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
			k, err := dukpt.WorkingKey(bdk, ksn, allPurposes[p], to)
			if to > a {
				require.ErrorIs(t, err, dukpt.ErrStrength, "%v from %v", to, a)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, naiveAESWorkingKey(raw, a, ksn.Bytes(), codes[p], to), cleartext.Bytes(k), "%v from %v", to, a)
		}
	}
}

// Wherever a host derives from the BDK it may do so from the initial key, and a
// Transaction has the keys that the functions have.
func TestSameKeysEveryWay(t *testing.T) {
	t.Parallel()
	for a := range rootHex {
		bdk, ksn := root(t, a)
		ik, _ := initial(t, a)
		ksn = withCounter(t, ksn, 0x15)
		tx, err := dukpt.Derive(ik, ksn)
		require.NoError(t, err)
		require.Equal(t, ksn, tx.KSN())
		require.Equal(t, a, tx.Algorithm())
		var all []keys.Key
		for _, p := range allPurposes {
			want, err := dukpt.WorkingKey(bdk, ksn, p, a)
			got, errIK := dukpt.WorkingKey(ik, ksn, p, a)
			again, errTx := tx.WorkingKey(p, a)
			require.Equal(t, err, errIK)
			require.Equal(t, err, errTx)
			if a == keys.TDES2 && p >= dukpt.KeyEncryption {
				require.ErrorIs(t, err, dukpt.ErrPurpose)
				continue
			}
			require.NoError(t, err)
			require.True(t, want.Equal(got) && want.Equal(again), "%v %v", a, p)
			require.Equal(t, want.Usage(), got.Usage())
			all = append(all, want)
		}
		pin, err := dukpt.PINKey(bdk, ksn)
		require.NoError(t, err)
		require.True(t, pin.Equal(all[0]))
		require.Equal(t, keys.UsagePIN, pin.Usage())
		pin, err = tx.PINKey()
		require.NoError(t, err)
		require.True(t, pin.Equal(all[0]))

		// No working key is another, nor the transaction key, but for TDES, where
		// "both" is "request".
		raw := intermediate.TransactionKey(tx)
		for i, k := range all {
			require.NotEqual(t, raw, cleartext.Bytes(k))
			for j, other := range all[:i] {
				both := a == keys.TDES2 && (j == 1 && i == 3 || j == 4 && i == 6)
				require.Equal(t, both, k.Equal(other), "%v %d %d", a, i, j)
			}
		}
	}
}

func TestUsages(t *testing.T) {
	t.Parallel()
	bdk, ksn := root(t, keys.AES256)
	ksn = withCounter(t, ksn, 1)
	for p, want := range map[dukpt.Purpose][2]keys.Usage{ // TDES, AES
		dukpt.PIN:           {"P0", "P0"},
		dukpt.MACRequest:    {"M3", "M6"},
		dukpt.MACResponse:   {"M3", "M6"},
		dukpt.MACBoth:       {"M3", "M6"},
		dukpt.DataRequest:   {"D0", "D0"},
		dukpt.DataResponse:  {"D0", "D0"},
		dukpt.DataBoth:      {"D0", "D0"},
		dukpt.KeyEncryption: {"K0", "K0"},
		dukpt.KeyDerivation: {"B3", "B3"},
	} {
		for i, a := range []keys.Algorithm{keys.TDES3, keys.AES192} {
			k, err := dukpt.WorkingKey(bdk, ksn, p, a)
			require.NoError(t, err)
			require.Equal(t, want[i], k.Usage(), p)
			require.Equal(t, a, k.Algorithm(), p)
		}
	}
	ik, err := dukpt.InitialKey(bdk, ksn)
	require.NoError(t, err)
	require.Equal(t, keys.UsageInitialKey, ik.Usage())
	require.Equal(t, keys.AES256, ik.Algorithm())
	update, err := dukpt.UpdateKey(ik, ksn, keys.AES128)
	require.NoError(t, err)
	require.Equal(t, keys.UsageKEK, update.Usage())
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tdes, tdesKSN := root(t, keys.TDES2)
	aes, aesKSN := root(t, keys.AES128)
	tdesKSN, aesKSN = withCounter(t, tdesKSN, 1), withCounter(t, aesKSN, 1)
	zpk, err := aes.WithUsage(keys.UsagePIN)
	require.NoError(t, err)
	triple, err := cleartext.Parse(keys.TDES3, keys.UsageBDK, "C49ED6B0F4A7E98CBCCBF192DAAE86FDE5A1D0F7B9C88AEF")
	require.NoError(t, err)
	zeroTDES, zeroAES := withCounter(t, tdesKSN, 0), withCounter(t, aesKSN, 0)

	for name, c := range map[string]struct {
		k    keys.Key
		ksn  dukpt.KSN
		p    dukpt.Purpose
		a    keys.Algorithm
		want error
	}{
		"no key":              {keys.Key{}, aesKSN, dukpt.PIN, keys.AES128, keys.ErrZeroKey},
		"no KSN":              {aes, dukpt.KSN{}, dukpt.PIN, keys.AES128, dukpt.ErrKSN},
		"a PIN key":           {zpk, aesKSN, dukpt.PIN, keys.AES128, keys.ErrUsage},
		"TDES key, AES KSN":   {tdes, aesKSN, dukpt.PIN, keys.TDES2, dukpt.ErrScheme},
		"AES key, TDES KSN":   {aes, tdesKSN, dukpt.PIN, keys.AES128, dukpt.ErrScheme},
		"triple length BDK":   {triple, tdesKSN, dukpt.PIN, keys.TDES2, keys.ErrKeySize},
		"counter zero, TDES":  {tdes, zeroTDES, dukpt.PIN, keys.TDES2, dukpt.ErrCounterZero},
		"counter zero, AES":   {aes, zeroAES, dukpt.PIN, keys.AES128, dukpt.ErrCounterZero},
		"11 one bits":         {tdes, withCounter(t, tdesKSN, 0x7ff), dukpt.PIN, keys.TDES2, dukpt.ErrCounterBits},
		"18 one bits":         {aes, withCounter(t, aesKSN, 0x3ffff), dukpt.PIN, keys.AES128, dukpt.ErrCounterBits},
		"AES from TDES":       {tdes, tdesKSN, dukpt.PIN, keys.AES128, dukpt.ErrAlgorithm},
		"triple from TDES":    {tdes, tdesKSN, dukpt.PIN, keys.TDES3, dukpt.ErrAlgorithm},
		"no algorithm, TDES":  {tdes, tdesKSN, dukpt.PIN, 0, dukpt.ErrAlgorithm},
		"no algorithm, AES":   {aes, aesKSN, dukpt.PIN, 0, dukpt.ErrAlgorithm},
		"unknown algorithm":   {aes, aesKSN, dukpt.PIN, 99, dukpt.ErrAlgorithm},
		"no purpose, TDES":    {tdes, tdesKSN, 0, keys.TDES2, dukpt.ErrPurpose},
		"no purpose, AES":     {aes, aesKSN, 0, keys.AES128, dukpt.ErrPurpose},
		"unknown purpose":     {aes, aesKSN, 99, keys.AES128, dukpt.ErrPurpose},
		"TDES key encryption": {tdes, tdesKSN, dukpt.KeyEncryption, keys.TDES2, dukpt.ErrPurpose},
		"stronger":            {aes, aesKSN, dukpt.PIN, keys.AES192, dukpt.ErrStrength},
	} {
		k, err := dukpt.WorkingKey(c.k, c.ksn, c.p, c.a)
		require.ErrorIs(t, err, c.want, name)
		require.True(t, k.IsZero(), name)
	}
}

func TestRefusalsOfOthers(t *testing.T) {
	t.Parallel()
	tdes, tdesKSN := root(t, keys.TDES2)
	aes, aesKSN := root(t, keys.AES128)
	ik, _ := initial(t, keys.AES128)
	_, err := dukpt.InitialKey(ik, aesKSN)
	require.ErrorIs(t, err, keys.ErrUsage, "an initial key of an initial key")
	_, err = dukpt.UpdateKey(tdes, tdesKSN, keys.TDES2)
	require.ErrorIs(t, err, dukpt.ErrPurpose)
	_, err = dukpt.UpdateKey(aes, aesKSN, keys.AES256)
	require.ErrorIs(t, err, dukpt.ErrStrength)
	_, err = dukpt.UpdateKey(aes, dukpt.KSN{}, keys.AES128)
	require.ErrorIs(t, err, dukpt.ErrKSN)

	var none dukpt.Transaction
	require.True(t, none.IsZero())
	_, err = none.PINKey()
	require.ErrorIs(t, err, keys.ErrZeroKey)
	_, err = none.HMACKey(dukpt.MACBoth, dukpt.HMAC128)
	require.ErrorIs(t, err, keys.ErrZeroKey)
	require.Nil(t, intermediate.TransactionKey(none))
}

func TestPurposeNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range allPurposes {
		again, err := dukpt.ParsePurpose(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.True(t, p.Valid())
		seen[p.String()] = true
	}
	require.Len(t, seen, len(allPurposes))
	for _, bad := range []string{"", "PIN", "pin ", "Purpose(0)", "mac"} {
		_, err := dukpt.ParsePurpose(bad)
		require.ErrorIs(t, err, dukpt.ErrPurpose, bad)
	}
	require.Equal(t, "Purpose(0)", dukpt.Purpose(0).String())
	require.False(t, dukpt.Purpose(10).Valid())
}
