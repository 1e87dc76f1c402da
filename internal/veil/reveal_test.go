package veil

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRevealAllIsReveal(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		words, values, want := make([]Word, n), make([]uint64, n+1), make([]uint64, n+1)
		for i := range n {
			want[i] = uint64(i) * 0x0123456789abcdef >> 4
			words[i] = Hide(want[i])
		}
		want[n], values[n] = 99, 99
		if n > 2 {
			words[1] = Word{}
			want[1] = Reveal(Word{})
		}
		RevealAll(values[:n], words)
		require.Equal(t, want, values, "%d words, and nothing beyond them", n)
	}
}
