package dukpt_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// The roots of the published tables, X9.24-1:2009 and X9.24-3:2017, and one of
// 192 bits.
var rootHex = map[keys.Algorithm]struct{ bdk, ksn string }{
	keys.TDES2:  {"0123456789ABCDEFFEDCBA9876543210", "FFFF9876543210E00000"},
	keys.AES128: {"FEDCBA9876543210F1F1F1F1F1F1F1F1", "123456789012345600000000"},
	keys.AES192: {"FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210", "123456789012345600000000"},
	keys.AES256: {"FEDCBA9876543210F1F1F1F1F1F1F1F1FEDCBA9876543210F1F1F1F1F1F1F1F1", "123456789012345600000000"},
}

// root returns a BDK and a KSN of the counter zero.
func root(t testing.TB, a keys.Algorithm) (keys.Key, dukpt.KSN) {
	t.Helper()
	k, err := cleartext.Parse(a, keys.UsageBDK, rootHex[a].bdk)
	require.NoError(t, err)
	return k, parseKSN(t, rootHex[a].ksn)
}

// initial returns the initial key of root.
func initial(t testing.TB, a keys.Algorithm) (keys.Key, dukpt.KSN) {
	t.Helper()
	bdk, ksn := root(t, a)
	ik, err := dukpt.InitialKey(bdk, ksn)
	require.NoError(t, err)
	return ik, ksn
}

func parseKSN(t testing.TB, text string) dukpt.KSN {
	t.Helper()
	ksn, err := dukpt.ParseKSN(text)
	require.NoError(t, err)
	return ksn
}

// withCounter returns ksn with a counter that fits.
func withCounter(t testing.TB, ksn dukpt.KSN, c uint32) dukpt.KSN {
	t.Helper()
	b := ksn.Bytes()
	for i := range 4 {
		mask := byte(0xff)
		if !ksn.IsAES() {
			mask = [...]byte{0xff, 0xff, 0x1f, 0}[i]
		}
		at := len(b) - 1 - i
		b[at] = b[at]&^mask | byte(c>>(8*i))&mask
	}
	k, err := dukpt.NewKSN(b)
	require.NoError(t, err)
	require.Equal(t, c, k.Counter())
	return k
}

// random returns a random key and KSN of a transaction.
func random(t testing.TB, r *rand.Rand, a keys.Algorithm) (bdk []byte, ksn dukpt.KSN) {
	t.Helper()
	bdk = make([]byte, a.KeySize())
	id := make([]byte, 12)
	if a == keys.TDES2 {
		id = id[:10]
	}
	for _, b := range [][]byte{bdk, id} {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	}
	for {
		k, err := dukpt.NewKSN(id)
		require.NoError(t, err)
		if k.Check() == nil {
			return bdk, k
		}
		k, err = k.Next()
		if err == nil {
			return bdk, k
		}
		id[len(id)-3] = 0
	}
}
