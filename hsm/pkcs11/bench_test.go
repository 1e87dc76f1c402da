//go:build cgo

package pkcs11_test

import (
	"fmt"
	"testing"
)

// BenchmarkEncrypt is what one block costs, alone and among others.
func BenchmarkEncrypt(b *testing.B) {
	d, _ := fresh(b)
	load(b, d, "zpk", zpk(b))
	k := find(b, d, "zpk")
	for _, n := range []int{1, 64, 4096} {
		b.Run(fmt.Sprintf("blocks=%d", n), func(b *testing.B) {
			buf := make([]byte, 8*n)
			b.ReportAllocs()
			for b.Loop() {
				if err := k.Encrypt(b.Context(), buf, buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/block")
		})
	}
}
