package explain_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TestDUKPTInitialKeyGiven: with the initial key the way begins there, and is the same.
func TestDUKPTInitialKeyGiven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ bdk, ksn string }{{dukptTDES, "FFFF9876543210EFF800"}, {dukptAES, "123456789012345600000042"}} {
		bdk, ksn := dukptKey(t, c.bdk, keys.UsageBDK, c.ksn)
		ik, err := dukpt.InitialKey(bdk, ksn)
		require.NoError(t, err)
		from, err := explain.DUKPT(bdk, ksn, 0)
		require.NoError(t, err)
		x, err := explain.DUKPT(ik, ksn, 0)
		require.NoError(t, err)
		checkDUKPT(t, x, ksn)
		require.Equal(t, from.Answer[1:], x.Answer)
		require.Equal(t, "initial key", dukptTree(x).Name)
		require.Equal(t, dukptTree(from).Children[0], *dukptTree(x))
		require.NotContains(t, x.Text(), c.bdk)

		_, err = explain.DUKPTInitialKey(ik, ksn)
		require.ErrorIs(t, err, keys.ErrUsage, "there is nothing to derive")
	}
}

// TestDUKPTEverything: without purposes all keys of the scheme are there, and each is
// the library's.
func TestDUKPTEverything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bdk, ksn string
		a        keys.Algorithm
		n        int // the initial key, those of the purposes, 3 for HMAC of each length, the update key
	}{
		{dukptTDES, "FFFF9876543210E00003", keys.TDES2, 1 + 7},
		{dukptAES, "123456789012345600000003", keys.AES128, 1 + 9 + 3 + 1},
		{dukptAES, "123456789012345600000003", keys.TDES3, 1 + 9 + 3 + 1},
		{dukptAES + dukptAES[:16], "123456789012345600000003", keys.AES192, 1 + 9 + 6 + 1},
		{dukptAES + dukptAES, "123456789012345600000003", keys.TDES2, 1 + 9 + 9 + 1},
		{dukptAES + dukptAES, "123456789012345600000003", keys.AES128, 1 + 9 + 9 + 1},
		{dukptAES + dukptAES, "123456789012345600000003", keys.AES256, 1 + 9 + 9 + 1},
	} {
		bdk, ksn := dukptKey(t, c.bdk, keys.UsageBDK, c.ksn)
		x, err := explain.DUKPT(bdk, ksn, c.a)
		require.NoError(t, err)
		checkDUKPT(t, x, ksn)
		require.Len(t, x.Answer, c.n)
		for p := dukpt.PIN; p.Valid(); p++ {
			k, err := dukpt.WorkingKey(bdk, ksn, p, c.a)
			if !ksn.IsAES() && p >= dukpt.KeyEncryption {
				require.ErrorIs(t, err, dukpt.ErrPurpose)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, cleartext.Hex(k), answerOf(x, dukptNames[p]))
		}
		if ksn.IsAES() {
			k, err := dukpt.UpdateKey(bdk, ksn, c.a)
			require.NoError(t, err)
			require.Equal(t, cleartext.Hex(k), answerOf(x, "update key"))
		}
	}
}

// TestDUKPTPINKeys: of a BDK of 192 bits all PIN keys are shown, and that there is none
// of 256.
func TestDUKPTPINKeys(t *testing.T) {
	t.Parallel()
	bdk, ksn := dukptKey(t, dukptAES+dukptAES[:16], keys.UsageBDK, "123456789012345600000001")
	x, err := explain.DUKPT(bdk, ksn, keys.TDES2, dukpt.PIN)
	require.NoError(t, err)
	facts := step(t, x, "Compare the PIN keys of all algorithms").Facts
	require.Len(t, facts, 5)
	for i, f := range facts[:4] {
		a := keys.TDES2 + keys.Algorithm(i)
		k, err := dukpt.WorkingKey(bdk, ksn, dukpt.PIN, a)
		require.NoError(t, err)
		require.Equal(t, explain.Fact{Name: a.String(), Value: cleartext.Hex(k), Kind: explain.Key, Note: "KCV " + k.KCV()}, f)
	}
	require.Equal(t, "none", facts[4].Value)
}

// TestDUKPTAnyCounter: every row holds for any key and any counter that there is.
func TestDUKPTAnyCounter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 24))
	for i := range 60 {
		size, ksn := 16, make([]byte, 10)
		if i%2 == 0 {
			size, ksn = []int{16, 24, 32}[r.IntN(3)], make([]byte, 12)
		}
		raw := make([]byte, size)
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		for i := range ksn {
			ksn[i] = byte(r.Uint32())
		}
		serial, err := dukpt.NewKSN(ksn)
		require.NoError(t, err)
		for serial.Check() != nil {
			serial, err = serial.Next()
			if err != nil { // begin the terminal's life anew
				copy(ksn[len(ksn)-3:], []byte{0xe0, 0, 1})
				serial, err = dukpt.NewKSN(ksn)
			}
			require.NoError(t, err)
		}
		bdk, serial := dukptKey(t, upper(raw), keys.UsageBDK, serial.String())
		x, err := explain.DUKPT(bdk, serial, 0)
		require.NoError(t, err)
		checkDUKPT(t, x, serial)
	}
}
