package bitdes

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// margin is what stands before and after the data of the tests here.
const margin = 128

// Every number of blocks that ends a batch somewhere, in place and not, with what
// stands around the data left as it was.
func TestEveryLength(t *testing.T) {
	t.Parallel()
	const most = 1100
	key := random(1, 24)
	c, err := New(key)
	require.NoError(t, err)
	plain := random(2, 8*most)
	want := naive(t, key, plain, forward)
	keys := make([][24]byte, most)
	for i := range keys {
		keys[i] = [24]byte(key)
	}
	around := bytes.Repeat([]byte{0xa5}, margin)
	for n := range most + 1 {
		src := plain[:8*n]
		e := engines()[n%len(engines())]
		for how, crypt := range map[string]func(dst, src []byte) error{
			"one key": func(dst, src []byte) error { return c.crypt(e, dst, src, forward) },
			"widest":  c.EncryptBlocks,
			"lanes":   func(dst, src []byte) error { return cryptLanes(e, dst, src, keys[:n], forward) },
		} {
			// n%8 makes the address of the data one of eight.
			whole := bytes.Repeat([]byte{0xa5}, n%8+margin+8*n+margin)
			before, dst, after := whole[:n%8+margin], whole[n%8+margin:][:8*n], whole[n%8+margin+8*n:]
			if n%2 == 1 {
				copy(dst, src)
				require.NoError(t, crypt(dst, dst))
			} else {
				require.NoError(t, crypt(dst, src))
				require.True(t, bytes.Equal(src, plain[:8*n]), "src is only read")
			}
			require.True(t, bytes.Equal(want[:8*n], dst), "%s, %v: %d blocks", how, e, n)
			require.True(t, bytes.Equal(around[:margin], before[len(before)-margin:]), "before: %s, %v: %d blocks", how, e, n)
			require.True(t, bytes.Equal(around, after), "after: %s, %v: %d blocks", how, e, n)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	c, err := New(random(1, 16))
	require.NoError(t, err)
	b := make([]byte, 64)
	require.NoError(t, c.EncryptBlocks(nil, nil), "no blocks")
	require.NoError(t, EncryptLanes(nil, nil, [][16]byte{}), "no blocks")
	require.ErrorIs(t, c.EncryptBlocks(b[:7], b[:7]), ErrSize)
	require.ErrorIs(t, c.EncryptBlocks(b[:8], b[:16]), ErrSize)
	require.ErrorIs(t, c.DecryptBlocks(b[:16], b[:8]), ErrSize)
	require.ErrorIs(t, c.EncryptBlocks(b[8:24], b[:16]), ErrOverlap)
	require.ErrorIs(t, c.DecryptBlocks(b[:16], b[15:31]), ErrOverlap)
	require.ErrorIs(t, EncryptLanes(b[8:24], b[:16], make([][16]byte, 2)), ErrOverlap)
	require.ErrorIs(t, EncryptLanes(b[:16], b[:16], make([][16]byte, 1)), ErrSize)
	require.ErrorIs(t, DecryptLanes(b[:16], b[:16], make([][24]byte, 3)), ErrSize)
	require.ErrorIs(t, DecryptLanes(b[:16], b[:15], make([][24]byte, 2)), ErrSize)
	require.Equal(t, make([]byte, 64), b, "nothing was written")
	for _, n := range []int{0, 8, 15, 17, 23, 25, 32} {
		_, err := New(make([]byte, n))
		require.ErrorIs(t, err, ErrKeySize)
	}
}
