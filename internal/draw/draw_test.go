package draw

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// words is a source that gives the words of a list, and fails at its end.
func words(list ...uint64) func() (uint64, error) {
	return func() (uint64, error) {
		if len(list) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		w := list[0]
		list = list[1:]
		return w, nil
	}
}

func TestDigitsAreTheFractionOfTheWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int
		base uint64
		word uint64
		want uint64
	}{
		{4, 10, 1<<63 + 1, 0x5000 << 48},                 // a little over one half is 0.5
		{4, 10, 1<<62 + 1, 0x2500 << 48},                 // a quarter is 0.25
		{4, 10, 1<<64 - 1, 0x9999 << 48},                 // nearly one
		{3, 6, 1<<63 + 1, 0x300 << 52},                   // one half is 0.3 to the base of six
		{16, 16, 0x0123456789abcdef, 0x0123456789abcdef}, // every word is a row
		{0, 10, 12345, 0},
	} {
		got, err := Digits(c.n, c.base, words(c.word))
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%d digits to the base %d", c.n, c.base)
	}
}

// TestDigitsDrawsAgain gives the word that would make one row likelier.
func TestDigitsDrawsAgain(t *testing.T) {
	t.Parallel()
	// 2^64 mod 10^4 is 1616: products with a remainder below that are drawn
	// again, and the word 0 has the remainder 0.
	got, err := Digits(4, 10, words(0, 1<<63+1))
	require.NoError(t, err)
	require.Equal(t, uint64(0x5000)<<48, got)
	_, err = Digits(4, 10, words(0))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the source's error is the answer")
}

// TestDigitsAreEvenlySpread would fail for a modulo of a byte or a nibble.
func TestDigitsAreEvenlySpread(t *testing.T) {
	t.Parallel()
	for _, base := range []uint64{6, 10, 16} {
		var count [12][16]int
		const draws = 20000
		for range draws {
			w, err := Digits(12, base, func() (uint64, error) { return Uint64(), nil })
			require.NoError(t, err)
			require.Zero(t, w<<48, "nothing after the last digit")
			for i := range 12 {
				count[i][w>>(60-4*i)&0xf]++
			}
		}
		for i := range count {
			for d, n := range count[i] {
				want := 0.0
				if uint64(d) < base {
					want = draws / float64(base)
				}
				// Six standard deviations: a fair source fails once in some ten million runs.
				require.InDelta(t, want, n, 6*142*(want/(want+1)), "base %d, position %d, digit %d", base, i, d)
			}
		}
	}
}

func TestFromReader(t *testing.T) {
	t.Parallel()
	next := FromReader(bytes.NewReader([]byte{0, 0, 0, 0, 0, 0, 1, 2, 3}))
	w, err := next()
	require.NoError(t, err)
	require.Equal(t, uint64(0x102), w)
	_, err = next()
	require.True(t, errors.Is(err, io.ErrUnexpectedEOF))
}
