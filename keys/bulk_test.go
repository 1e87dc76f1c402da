package keys_test

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/keys"
)

// Many blocks at once are what one block at a time is, for every number around
// which the way changes, in place and not, from many goroutines.
func TestManyBlocks(t *testing.T) {
	t.Parallel()
	for _, a := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128} {
		k, err := keys.Generate(a, keys.UsagePIN)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for _, n := range []int{1, 63, 64, 65, 255, 256, 257, 511, 512, 513, 1000, 4096} {
			wg.Go(func() {
				size := a.BlockSize()
				src, want, got := make([]byte, n*size), make([]byte, n*size), make([]byte, n*size)
				rand.Read(src)
				for i := 0; i < len(src); i += size {
					if err := k.Encrypt(t.Context(), want[i:i+size], src[i:i+size]); err != nil {
						t.Error(err)
					}
				}
				if err := k.Encrypt(t.Context(), got, src); err != nil || string(got) != string(want) {
					t.Error(fmt.Errorf("%v, %d blocks: not what one by one gives: %w", a, n, err))
				}
				if err := k.Decrypt(t.Context(), got, got); err != nil || string(got) != string(src) {
					t.Error(fmt.Errorf("%v, %d blocks: not deciphered: %w", a, n, err))
				}
			})
		}
		wg.Wait()
	}
}
