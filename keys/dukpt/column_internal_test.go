package dukpt

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

// someKSNs are transactions of one terminal.
func someKSNs(t *testing.T, n int) []KSN {
	t.Helper()
	ksn, err := ParseKSN("FFFF9876543210E00000")
	require.NoError(t, err)
	ksns := make([]KSN, n)
	for i := range ksns {
		ksn, err = ksn.Next()
		require.NoError(t, err)
		ksns[i] = ksn
	}
	return ksns
}

func someBDK(t *testing.T) keys.Key {
	t.Helper()
	k, err := keys.Generate(keys.TDES2, keys.UsageBDK)
	require.NoError(t, err)
	return k
}

func TestReleaseWipes(t *testing.T) {
	t.Parallel()
	column, _, err := PINKeys(someBDK(t), someKSNs(t, 50))
	require.NoError(t, err)
	held := column.box().keys
	require.NotContains(t, held, [16]byte{})
	column.Release()
	require.Equal(t, make([][16]byte, 50), held)
}

// A column that nobody released is wiped when nobody has it any more.
func TestForgottenColumnIsWiped(t *testing.T) {
	t.Parallel()
	wiped := make(chan [][16]byte, 1)
	func() {
		column := newColumn([][16]byte{{1}, {2}}, nil, func(held [][16]byte) {
			wipeKeys(held)
			wiped <- held
		})
		require.NoError(t, column.Encrypt(t.Context(), make([]byte, 16), make([]byte, 16)))
	}()
	limit := time.After(time.Minute)
	for {
		runtime.GC()
		select {
		case held := <-wiped:
			require.Equal(t, make([][16]byte, 2), held)
			return
		case <-limit:
			t.Fatal("never wiped")
		default:
		}
	}
}

// What a derivation leaves for the next one is nothing secret.
func TestLanesAreWiped(t *testing.T) {
	t.Parallel()
	l, none := new(lanes), new(lanes)
	root := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, isBDK := range []bool{true, false} {
		made := make([][16]byte, 300)
		require.NoError(t, l.pinKeys(made, &root, isBDK, someKSNs(t, 300)))
		require.NotContains(t, made, root)
		require.NotEqual(t, none.ways, l.ways, "it was used")
		require.Equal(t, none.keys, l.keys)
		require.Equal(t, none.data, l.data)
	}
}

// A key that comes out weak is refused, as it is one by one. Nobody knows a KSN that has
// one: the keys are put there.
func TestWeakKeysOfColumn(t *testing.T) {
	t.Parallel()
	ksns := someKSNs(t, 3)
	made := [][16]byte{{2}, {}, {7: 2, 15: 4}}
	made[1] = [16]byte{8, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8}
	faults := finish(made, ksns, 100, nil)
	require.Equal(t, []Fault{{Index: 101, Err: keys.ErrWeak}}, faults)
	require.Equal(t, [16]byte{}, made[1])
	require.Equal(t, [][16]byte{{2}, {}, {7: 2, 15: 4}}, made)
}
