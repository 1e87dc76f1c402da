package dukpt

import (
	"crypto/des"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The DES of this package against that of the standard library: every single bit
// of key and block, and random ones.
func TestDES(t *testing.T) {
	t.Parallel()
	for i := range 64 * 64 {
		checkDES(t, 1<<(i>>6), 1<<(i&63))
	}
	r := rand.New(rand.NewPCG(46, 3))
	for range 1000 {
		checkDES(t, r.Uint64(), r.Uint64())
	}
}

func FuzzDES(f *testing.F) {
	f.Add(uint64(0), uint64(0))
	f.Add(uint64(0x0123456789abcdef), uint64(0xfedcba9876543210))
	f.Fuzz(func(t *testing.T, key, block uint64) { checkDES(t, key, block) })
}

func checkDES(t *testing.T, key, block uint64) {
	t.Helper()
	b, err := des.NewCipher(binary.BigEndian.AppendUint64(nil, key))
	require.NoError(t, err)
	want := binary.BigEndian.AppendUint64(nil, block)
	b.Encrypt(want, want)

	var k desKey
	k.set(key)
	got := k.encrypt(block)
	require.Equal(t, binary.BigEndian.Uint64(want), got, "key %016x block %016x", key, block)
	require.Equal(t, block, k.decrypt(got))
}

// BenchmarkDESKey is what a key of a step costs, here and in crypto/des.
func BenchmarkDESKey(b *testing.B) {
	b.Run("here", func(b *testing.B) {
		var k desKey
		x := uint64(1)
		for b.Loop() {
			k.set(x)
			x = k.encrypt(x)
		}
	})
	b.Run("crypto-des", func(b *testing.B) {
		x := make([]byte, 8)
		for b.Loop() {
			c, err := des.NewCipher(x)
			if err != nil {
				b.Fatal(err)
			}
			c.Encrypt(x, x)
		}
	})
}
