package bitdes

import (
	"crypto/des"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// engines are those of this machine, narrowest first.
func engines() (list []engine) {
	for e := pureGo; e <= widest; e++ {
		list = append(list, e)
	}
	return list
}

func (e engine) String() string { return [...]string{"Go", "AVX2", "AVX512"}[e] }

// random returns n random bytes, always the same for one seed.
func random(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 64))
	b := make([]byte, (n+7)&^7)
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b[:n]
}

// naive is crypto/des, block by block.
func naive(t testing.TB, key, src []byte, d direction) []byte {
	t.Helper()
	k := append([]byte(nil), key...)
	if len(k) == 16 {
		k = append(k, k[:8]...)
	}
	c, err := des.NewTripleDESCipher(k)
	require.NoError(t, err)
	dst := make([]byte, len(src))
	for i := 0; i < len(src); i += 8 {
		if d == forward {
			c.Encrypt(dst[i:], src[i:])
		} else {
			c.Decrypt(dst[i:], src[i:])
		}
	}
	return dst
}
