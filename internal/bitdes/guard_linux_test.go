package bitdes

import (
	"bytes"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The data ends where the memory of the process ends, and begins where it begins:
// a load or store beyond, which a canary cannot see if it writes back what it
// read, is a fault.
func TestGuardPages(t *testing.T) {
	t.Parallel()
	const page = 1 << 14 // of whole pages, whatever their size is here
	key := random(1, 24)
	c, err := New(key)
	require.NoError(t, err)
	for _, e := range engines() {
		for _, blocks := range []int{1, 63, 64, 65, 255, 256, 257, 511, 512, 513, 1100} {
			m, err := syscall.Mmap(-1, 0, 4*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
			require.NoError(t, err)
			require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
			require.NoError(t, syscall.Mprotect(m[3*page:], syscall.PROT_NONE))
			usable := m[page : 3*page]

			plain := random(2, 8*blocks)
			want := naive(t, key, plain, forward)
			keys := make([][24]byte, blocks)
			for i := range keys {
				keys[i] = [24]byte(key)
			}
			for _, place := range [][]byte{usable[:8*blocks], usable[len(usable)-8*blocks:]} {
				copy(place, plain)
				require.NoError(t, c.crypt(e, place, place, forward))
				require.True(t, bytes.Equal(want, place), "%v: %d blocks", e, blocks)
				copy(place, plain)
				require.NoError(t, cryptLanes(e, place, place, keys, forward))
				require.True(t, bytes.Equal(want, place), "%v: %d blocks", e, blocks)
			}
			require.NoError(t, syscall.Munmap(m))
		}
	}
}
