//go:build cgo && unix

package p11rig_test

import (
	"testing"

	p11 "github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/p11rig"
	"github.com/pinion-hsm/pinion/softhsm"
)

// Several spies in one process, each with its log, and what they print is found,
// also across their lines of sixteen bytes.
func TestSpy(t *testing.T) {
	t.Parallel()
	var logs [][]byte
	var values [][]byte
	for range 3 {
		token := softhsm.New(t)
		spy := p11rig.Spy(t, token.Config(), setup(token))
		r := rawOf(t, spy.Config())
		key := r.key(t, p11.CKK_AES, random(t, 16))
		block := random(t, 64)
		out, err := r.ecb(key, block, false)
		require.NoError(t, err)
		logs, values = append(logs, spy.Log()), append(values, append(block, out...))
	}
	for i, log := range logs {
		reading := p11rig.Read(log)
		for j, v := range values {
			for from := 0; from+8 <= 64; from++ {
				for _, at := range []int{from, 64 + from} { // in and out
					require.Equal(t, i == j, len(reading.Find(v[at:at+8])) > 0, "log %d, bytes %d of %d", i, at, j)
				}
			}
			require.Equal(t, i == j, len(reading.Find(v[:64])) > 0, "all of it")
			require.Empty(t, reading.Find(append(v[60:64:64], v[0:4]...)), "not what was apart")
		}
	}
}

// The spy and the tamper are put one in front of the other, either way, and before
// a library that takes parameters.
func TestSpyAndTamper(t *testing.T) {
	t.Parallel()
	data := random(t, 8)
	token := softhsm.New(t)
	nss, parameters := softokn(t)

	m := p11rig.NewTamper(t, token.Config(), setup(token))
	spy := p11rig.Spy(t, m.Config(), m.Setup())
	r := rawOf(t, spy.Config())
	require.NoError(t, r.SeedRandom(r.s, data))
	require.NotEmpty(t, p11rig.Find(m.Log(), data))
	require.NotEmpty(t, p11rig.Find(spy.Log(), data))

	spy = p11rig.Spy(t, nss, parameters)
	m = p11rig.NewTamper(t, spy.Config(), spy.Setup())
	r = rawOf(t, m.Config())
	require.NotNil(t, r.key(t, p11.CKK_GENERIC_SECRET, data))
	base := r.key(t, p11.CKK_GENERIC_SECRET, random(t, 8))
	mask := random(t, 8)
	_, err := r.derive(base, p11.CKM_XOR_BASE_AND_DATA, mask, p11.CKK_GENERIC_SECRET, 8)
	require.NoError(t, err)
	require.NotEmpty(t, p11rig.Find(m.Log(), data))
	require.NotEmpty(t, p11rig.Find(spy.Log(), data))
	require.NotEmpty(t, p11rig.Find(m.Log(), mask))
	require.Empty(t, p11rig.Find(spy.Log(), mask), "that is why there are two")
}
