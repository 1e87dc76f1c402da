package keys_test

import (
	"crypto/cipher"
	"crypto/des"
	"testing"

	"github.com/pinion-hsm/pinion/keys"
)

// BenchmarkEncrypt is one block under each algorithm, and under crypto/des alone
// to compare with.
func BenchmarkEncrypt(b *testing.B) {
	for _, a := range allAlgorithms {
		b.Run(a.String(), func(b *testing.B) {
			k := testKey(b, a, keys.UsagePIN)
			data := make([]byte, k.BlockSize())
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := k.Encrypt(ctx, data, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("crypto-des", func(b *testing.B) {
		block, err := des.NewTripleDESCipher(unhex(b, testHex[keys.TDES3]))
		if err != nil {
			b.Fatal(err)
		}
		data := make([]byte, 8)
		for b.Loop() {
			cipher.Block(block).Encrypt(data, data)
		}
	})
}
