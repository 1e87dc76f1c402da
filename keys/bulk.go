package keys

import (
	"sync"

	"github.com/pinion-hsm/pinion/internal/bitdes"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// bulk is from how many bytes on TDES is done by package bitdes: 64 blocks at once
// and more, many times as fast as one after the other, and without tables that a
// neighbour on the processor could watch. For a few blocks it costs more than it
// saves.
const bulk = 64 * 8

// inBulk returns the two directions of a TDES key, with others for many blocks. The
// cipher for those is made when it is needed first: most keys never meet so many.
func inBulk(s secret.Bytes, encrypt, decrypt ecb) (ecb, ecb) {
	many := sync.OnceValue(func() (c *bitdes.Cipher) {
		secret.Lend(s, func(raw []byte) { c, _ = bitdes.New(raw) }) // where it cannot be, c is nil
		return c
	})
	return func(dst, src []byte) {
			if c := wide(many, src); c == nil || c.EncryptBlocks(dst, src) != nil {
				encrypt(dst, src)
			}
		}, func(dst, src []byte) {
			if c := wide(many, src); c == nil || c.DecryptBlocks(dst, src) != nil {
				decrypt(dst, src)
			}
		}
}

// wide returns the cipher for many blocks, or nil for few.
func wide(many func() *bitdes.Cipher, src []byte) *bitdes.Cipher {
	if len(src) < bulk {
		return nil
	}
	return many()
}
