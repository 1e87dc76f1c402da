package pinblock

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSqueezeAndSpread(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		n, size, first, often := 1+r.IntN(20), 8*(1+r.IntN(2)), r.IntN(100), r.IntN(5)
		var blocks, good, want []byte
		var bad []Fault
		for i := range n {
			for range size {
				blocks = append(blocks, byte(1+i))
			}
			block := blocks[i*size:]
			if r.IntN(4) < often {
				bad = append(bad, Fault{first + i, ErrBlock})
				want = append(want, make([]byte, size)...)
				continue
			}
			good, want = append(good, block...), append(want, block...)
		}
		got := squeeze(blocks, size, bad, first)
		require.Equal(t, string(good), string(got))
		spread(blocks, size, bad, first)
		require.Equal(t, want, blocks)
	}
}
