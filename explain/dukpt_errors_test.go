package explain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TestDUKPTErrors: with what the library refuses the explanation has the library's
// error, and goes as far as there is something to explain.
func TestDUKPTErrors(t *testing.T) {
	t.Parallel()
	tdes, ksn := dukptKey(t, dukptTDES, keys.UsageBDK, "FFFF9876543210E00001")
	aes, aesKSN := dukptKey(t, dukptAES, keys.UsageBDK, "123456789012345600000001")
	tdes3, _ := dukptKey(t, dukptTDES+"1032547698BADCFE", keys.UsageBDK, "FFFF9876543210E00001")
	pin, zero := dukptKey(t, dukptTDES, keys.UsagePIN, "FFFF9876543210E00000")
	_, tooMany := dukptKey(t, dukptAES, keys.UsageBDK, "1234567890123456FFFFFFFF")
	for name, c := range map[string]struct {
		key      keys.Key
		ksn      dukpt.KSN
		a        keys.Algorithm
		purposes []dukpt.Purpose
		want     error
		last     string // the title of the last step
	}{
		"no key":              {ksn: ksn, want: keys.ErrZeroKey, last: "Read it bit by bit"},
		"no KSN":              {key: tdes, want: dukpt.ErrKSN},
		"neither":             {want: keys.ErrZeroKey},
		"usage":               {key: pin, ksn: ksn, want: keys.ErrUsage, last: "Read it bit by bit"},
		"TDES key, AES KSN":   {key: tdes, ksn: aesKSN, want: dukpt.ErrScheme, last: "Read it bit by bit"},
		"AES key, TDES KSN":   {key: aes, ksn: ksn, want: dukpt.ErrScheme, last: "Read it bit by bit"},
		"triple length":       {key: tdes3, ksn: ksn, want: keys.ErrKeySize, last: "Read it bit by bit"},
		"counter zero":        {key: tdes, ksn: zero, want: dukpt.ErrCounterZero, last: "Derive the initial key"},
		"counter of 32 ones":  {key: aes, ksn: tooMany, want: dukpt.ErrCounterBits, last: "Derive the initial key"},
		"AES of TDES":         {key: tdes, ksn: ksn, a: keys.AES128, want: dukpt.ErrAlgorithm, last: "Make the transaction key of the key above it"},
		"stronger":            {key: aes, ksn: aesKSN, a: keys.AES192, want: dukpt.ErrStrength, last: "Derive the transaction key from the key above it"},
		"algorithm of nobody": {key: aes, ksn: aesKSN, a: 99, want: dukpt.ErrAlgorithm, last: "Derive the transaction key from the key above it"},
		"purpose of nobody":   {key: aes, ksn: aesKSN, purposes: []dukpt.Purpose{99}, want: dukpt.ErrPurpose, last: "Derive the transaction key from the key above it"},
		"purpose zero":        {key: tdes, ksn: ksn, purposes: []dukpt.Purpose{0}, want: dukpt.ErrPurpose, last: "Make the transaction key of the key above it"},
		"purpose of AES":      {key: tdes, ksn: ksn, purposes: []dukpt.Purpose{dukpt.PIN, dukpt.KeyEncryption}, want: dukpt.ErrPurpose, last: "Make the PIN key"},
	} {
		x, err := explain.DUKPT(c.key, c.ksn, c.a, c.purposes...)
		require.ErrorIs(t, err, c.want, name)
		require.NotEmpty(t, x.Title, name)
		if c.last == "" {
			require.Empty(t, x.Steps, name)
			continue
		}
		require.Equal(t, c.last, x.Steps[len(x.Steps)-1].Title, name)
		checkDUKPT(t, x, c.ksn)
	}
}

// TestDUKPTOtherErrors: of the initial key and the update key alike.
func TestDUKPTOtherErrors(t *testing.T) {
	t.Parallel()
	tdes, ksn := dukptKey(t, dukptTDES, keys.UsageBDK, "FFFF9876543210E00000")
	aes, aesKSN := dukptKey(t, dukptAES, keys.UsageBDK, "1234567890123456FFFFFFFF")

	for _, c := range []struct {
		key  keys.Key
		ksn  dukpt.KSN
		want error
	}{{keys.Key{}, ksn, keys.ErrZeroKey}, {tdes, dukpt.KSN{}, dukpt.ErrKSN}, {tdes, aesKSN, dukpt.ErrScheme}, {aes, ksn, dukpt.ErrScheme}} {
		_, err := explain.DUKPTInitialKey(c.key, c.ksn)
		require.ErrorIs(t, err, c.want)
		_, err = explain.DUKPTUpdateKey(c.key, c.ksn, keys.AES128)
		require.ErrorIs(t, err, c.want)
	}
	_, err := explain.DUKPTUpdateKey(tdes, ksn, keys.TDES2)
	require.ErrorIs(t, err, dukpt.ErrPurpose)
	_, err = explain.DUKPTUpdateKey(aes, aesKSN, keys.AES256)
	require.ErrorIs(t, err, dukpt.ErrStrength)

	// The counter is not read: neither zero nor too many one bits matter.
	x, err := explain.DUKPTInitialKey(tdes, ksn)
	require.NoError(t, err)
	require.Equal(t, "6AC292FAA1315B4D858AB3A3D7D5933A", answerOf(x, "initial key"))
	x, err = explain.DUKPTUpdateKey(aes, aesKSN, 0)
	require.NoError(t, err)
	checkDUKPT(t, x, aesKSN)
	require.Len(t, starred(dukptTree(x)), 33, "the initial key, and one for each bit")
}
