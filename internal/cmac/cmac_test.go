package cmac_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/cmac"
)

// message is cut to length by the vectors below.
const message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

// vectors are the examples of NIST SP 800-38B appendix D, the TDES ones as
// corrected later by NIST; those of AES-128 are RFC 4493 section 4 too.
var vectors = []struct {
	name, key string
	macs      map[int]string // by length of the message in bytes
}{
	{"AES-128", "2b7e151628aed2a6abf7158809cf4f3c", map[int]string{
		0:  "bb1d6929e95937287fa37d129b756746",
		16: "070a16b46b4d4144f79bdd9dd04a287c",
		40: "dfa66747de9ae63030ca32611497c827",
		64: "51f0bebf7e3b9d92fc49741779363cfe",
	}},
	{"AES-192", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", map[int]string{
		0:  "d17ddf46adaacde531cac483de7a9367",
		16: "9e99a7bf31e710900662f65e617c5184",
		40: "8a1de5be2eb31aad089a82e6ee908b0e",
		64: "a1d5df0eed790f794d77589659f39a11",
	}},
	{"AES-256", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", map[int]string{
		0:  "028962f61b7bf89efc6b551f4667d983",
		16: "28a7023f452e8f82bd4bf28d8c37c35c",
		40: "aaf3d8f1de5640c232f5b169b9c911e6",
		64: "e1992190549f6ed5696a2c056c315410",
	}},
	{"TDES3", "8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5", map[int]string{
		0:  "b7a688e122ffaf95",
		8:  "8e8f293136283797",
		20: "743ddbe0ce2dc2ed",
		32: "33e6b1092400eae5",
	}},
	{"TDES2", "4cf15134a2850dd58a3d10ba80570d384cf15134a2850dd5", map[int]string{
		0:  "bd2ebf9a3ba00361",
		8:  "4ff2ab813c53ce83",
		20: "62dd1b471902bd4e",
		32: "31b1e431dabc4eb8",
	}},
}

func block(t *testing.T, name string, key []byte) cipher.Block {
	t.Helper()
	if name[0] == 'A' {
		b, err := aes.NewCipher(key)
		require.NoError(t, err)
		return b
	}
	b, err := des.NewTripleDESCipher(key)
	require.NoError(t, err)
	return b
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			b := block(t, v.name, unhex(t, v.key))
			for n, want := range v.macs {
				require.Equal(t, want, hex.EncodeToString(cmac.Sum(b, unhex(t, message)[:n])), "%d bytes", n)
			}
		})
	}
}

// A message that differs in one bit or by one byte of padding has another CMAC,
// at every length around the borders of a block, and is not changed.
func TestMessagesDiffer(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		b := block(t, v.name, unhex(t, v.key))
		seen := make(map[string]int)
		for n := range 50 {
			msg := make([]byte, n)
			mac := string(cmac.Sum(b, msg))
			require.Equal(t, make([]byte, n), msg, "%s changed its input", v.name)
			other, found := seen[mac]
			require.False(t, found, "%s: %d and %d zero bytes have one CMAC", v.name, n, other)
			seen[mac] = n
			if n > 0 {
				msg[n-1] |= 1
				require.NotEqual(t, mac, string(cmac.Sum(b, msg)))
			}
		}
	}
}

// SumFunc asks for one block at a time, in place, and stops at the first error,
// whichever block that is.
func TestSumFunc(t *testing.T) {
	t.Parallel()
	b := block(t, "AES-128", unhex(t, vectors[0].key))
	broken := errors.New("device removed")
	for _, n := range []int{0, 16, 17, 40, 64} {
		for failAt := range 7 {
			calls := 0
			mac, err := cmac.SumFunc(16, func(dst, src []byte) error {
				require.Len(t, src, 16)
				require.Same(t, &dst[0], &src[0])
				if calls++; calls == failAt {
					return broken
				}
				b.Encrypt(dst, src)
				return nil
			}, make([]byte, n))
			blocks := 1 + max(1, (n+15)/16)
			if failAt > 0 && failAt <= blocks {
				require.ErrorIs(t, err, broken)
				require.Nil(t, mac)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, blocks, calls)
			require.Equal(t, cmac.Sum(b, make([]byte, n)), mac)
		}
	}
}

func TestBlockSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{-1, 0, 1, 7, 9, 15, 17, 32} {
		_, err := cmac.SumFunc(size, func(dst, src []byte) error { return nil }, nil)
		require.ErrorIs(t, err, cmac.ErrBlockSize)
	}
	require.Panics(t, func() { cmac.Sum(odd{}, nil) })
}

// odd is a cipher of an unheard-of block size.
type odd struct{}

func (odd) BlockSize() int      { return 4 }
func (odd) Encrypt(_, _ []byte) {}
func (odd) Decrypt(_, _ []byte) {}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}
