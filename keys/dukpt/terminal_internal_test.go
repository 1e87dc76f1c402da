package dukpt

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/secret"
	"github.com/pinion-hsm/pinion/keys"
)

// The registers of a terminal that has come a long way are those of one that
// begins there: it has every key of the future that it must have. It has no other
// either, least of all one that it has given out.
func TestRegisters(t *testing.T) {
	t.Parallel()
	for a, text := range map[keys.Algorithm]string{keys.TDES2: "FFFF9876543210E007F0", keys.AES192: "12345678901234560001FFE0"} {
		raw := make([]byte, a.KeySize())
		for i := range raw {
			raw[i] = byte(11*i + 5)
		}
		ik, err := keys.FromSecret(a, keys.UsageInitialKey, secret.New(raw))
		require.NoError(t, err)
		ksn, err := ParseKSN(text)
		require.NoError(t, err)
		walker, err := NewTerminal(ik, ksn)
		require.NoError(t, err)
		for range 300 {
			_, err := walker.Next()
			require.NoError(t, err)
			fresh, err := NewTerminal(ik, walker.KSN())
			require.NoError(t, err)
			requireSame(t, fresh, walker)
		}
		r := future(walker)
		walker.Erase()
		require.Zero(t, *r)
	}
}

func future(t *Terminal) (r *registers) {
	_ = t.state(func(x *registers) error { r = x; return nil })
	return r
}

func requireSame(t *testing.T, fresh, walker *Terminal) {
	t.Helper()
	next, err := walker.ksn.Next()
	require.NoError(t, err)
	a, b := future(fresh), future(walker)
	require.Zero(t, a.node)
	require.Zero(t, b.node)
	for i := range a.future {
		// A one bit left of the lowest has been: its key is gone. Right of the
		// lowest there is none yet.
		counter := next.Counter()
		empty := i >= next.rule().length || i < bits.TrailingZeros32(counter) ||
			i > bits.TrailingZeros32(counter) && counter>>i&1 == 1
		if a.future[i] != b.future[i] || empty != (b.future[i] == [maxKeySize]byte{}) {
			require.Fail(t, "register", "%d before %v", i, next)
		}
	}
}
