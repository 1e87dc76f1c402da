//go:build !race

package ontoken

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/pinblock"
)

// still is a token that does nothing, under which every field is good: all its
// ciphertexts are zeros, and so are the marks.
type still struct{}

func (still) Unwrap(Key, []byte) (Object, error)       { return 1, nil }
func (still) Decipher(Key, []byte, []byte) error       { return nil }
func (still) Wrap(Key, Object, []byte) error           { return nil }
func (still) Create([]byte) (Object, error)            { return 1, nil }
func (still) XOR(Object, []byte) (Object, error)       { return 1, nil }
func (still) Extract(Object, int, int) (Object, error) { return 1, nil }
func (still) Append(Object, []byte) (Object, error)    { return 1, nil }
func (still) Prepend([]byte, Object) (Object, error)   { return 1, nil }
func (still) Destroy(Object)                           {}

// TestAllocations allows the bench and the block that is returned.
func TestAllocations(t *testing.T) {
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(t, err)
	m := &Marks{probe: Key{Object: 1, BlockSize: 16}}
	for _, from := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4} {
		for _, to := range []pinblock.Format{pinblock.ISO0, pinblock.ISO1, pinblock.ISO3, pinblock.ISO4} {
			block := make([]byte, from.BlockSize())
			got := testing.AllocsPerRun(100, func() {
				b := New(still{}, m)
				x, err := b.Open(from, Key{Object: 1, BlockSize: from.BlockSize()}, block, pan)
				if err == nil {
					_, err = b.Seal(to, Key{Object: 1, BlockSize: to.BlockSize()}, x, pan)
				}
				if err != nil {
					t.Error(err)
				}
				b.Close()
			})
			require.LessOrEqual(t, got, 2.0, "%v to %v", from, to)
		}
	}
}
