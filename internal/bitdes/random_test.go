package bitdes

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// roundsEnv is how many times the tests on random blocks run, each time on
// others: once if it is not set.
const roundsEnv = "BITDES_ROUNDS"

func rounds(t *testing.T) int {
	t.Helper()
	s := os.Getenv(roundsEnv)
	if s == "" {
		return 1
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err, roundsEnv)
	return n
}

// Every engine gives what crypto/des gives, both ways, on a million random blocks.
func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16 * rounds(t)) {
		key := random(seed, []int{16, 24}[seed%2])
		plain := random(^seed, 8<<16)
		want := naive(t, key, plain, forward)
		c, err := New(key)
		require.NoError(t, err)
		got := make([]byte, len(plain))
		for _, e := range engines() {
			require.NoError(t, c.crypt(e, got, plain, forward))
			equal(t, want, got, e)
			require.NoError(t, c.crypt(e, got, want, backward))
			equal(t, plain, got, e)
		}
	}
}

// The other direction first: what deciphering gives for blocks that were never
// enciphered.
func TestRandomDecrypt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(rounds(t)) {
		key := random(seed, 24)
		data := random(^seed, 8<<16)
		c, err := New(key)
		require.NoError(t, err)
		want := naive(t, key, data, backward)
		got := make([]byte, len(data))
		for _, e := range engines() {
			require.NoError(t, c.crypt(e, got, data, backward))
			equal(t, want, got, e)
		}
	}
}

// A key for each block.
func TestRandomLanes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(rounds(t)) {
		lanes(t, seed, func(b []byte) [16]byte { return [16]byte(b) })
		lanes(t, ^seed, func(b []byte) [24]byte { return [24]byte(b) })
	}
}

func lanes[Key [16]byte | [24]byte](t *testing.T, seed uint64, from func([]byte) Key) {
	t.Helper()
	const n = 20_000
	keys := make([]Key, n)
	plain := random(seed, 8*n)
	raw := random(seed+1, 24*n)
	var want []byte
	for i := range keys {
		keys[i] = from(raw[24*i:])
		want = append(want, naive(t, raw[24*i:][:len(keys[i])], plain[8*i:8*i+8], forward)...)
	}
	got := make([]byte, len(plain))
	for _, e := range engines() {
		require.NoError(t, cryptLanes(e, got, plain, keys, forward))
		equal(t, want, got, e)
		require.NoError(t, cryptLanes(e, got, want, keys, backward))
		equal(t, plain, got, e)
	}
}

// equal names the first block that differs; require.Equal on half a megabyte
// would print it all.
func equal(t *testing.T, want, got []byte, e engine) {
	t.Helper()
	if string(want) == string(got) {
		return
	}
	for i := 0; i < len(want); i += 8 {
		require.Equal(t, want[i:i+8], got[i:i+8], "%v: block %d of %d", e, i/8, len(want)/8)
	}
}

func FuzzEqualsDES(f *testing.F) {
	f.Add(make([]byte, 24), []byte("12345678"), uint16(600))
	f.Add(random(1, 16), random(2, 8), uint16(63))
	f.Fuzz(func(t *testing.T, key, seed []byte, n uint16) {
		if len(key) < 16 || len(seed) == 0 {
			return
		}
		if key = key[:16]; len(seed)%2 == 1 {
			key = append(key, seed[0], 1, 2, 3, 4, 5, 6, 7)
		}
		plain := make([]byte, 8*(int(n)%1100))
		for i := range plain {
			plain[i] = seed[i%len(seed)] + byte(i>>3)
		}
		c, err := New(key)
		require.NoError(t, err)
		want := naive(t, key, plain, forward)
		for _, e := range engines() {
			got := make([]byte, len(plain))
			require.NoError(t, c.crypt(e, got, plain, forward))
			equal(t, want, got, e)
			require.NoError(t, c.crypt(e, got, got, backward))
			equal(t, plain, got, e)
		}
	})
}
