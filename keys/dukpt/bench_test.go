package dukpt_test

import (
	"crypto/aes"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// The counters have 1, 5 and 10 or 16 one bits: the fewest and the most, and a
// terminal's counter after some years.
func BenchmarkTDESPINKey(b *testing.B) {
	benchPINKeys(b, keys.TDES2, []uint32{0x1, 0x1234, 0x1ff800}, func(bdk, ksn []byte) {
		tdes2(naiveTDESPINKey(bdk, ksn))
	})
}

func BenchmarkAESPINKey(b *testing.B) {
	benchPINKeys(b, keys.AES128, []uint32{0x1, 0x1234, 0xffff0000}, func(bdk, ksn []byte) {
		block(aes.NewCipher(naiveAESWorkingKey(bdk, keys.AES128, ksn, 0x1000, keys.AES128)))
	})
}

// benchPINKeys derives the PIN keys of some transactions, and derives them the naive way.
func benchPINKeys(b *testing.B, a keys.Algorithm, counters []uint32, naive func(bdk, ksn []byte)) {
	bdk, ksn := root(b, a)
	raw := unhex(rootHex[a].bdk)
	for _, c := range counters {
		ksn, name := withCounter(b, ksn, c), strconv.Itoa(bits.OnesCount32(c))
		b.Run("here-"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := dukpt.PINKey(bdk, ksn); err != nil {
					b.Fatal(err)
				}
			}
		})
		serial := ksn.Bytes()
		b.Run("naive-"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				naive(raw, serial)
			}
		})
	}
}

// BenchmarkPINKeys is the keys of random transactions, and one block under each, side by
// side and one by one: "ns/key" is what package hsm chooses by.
func BenchmarkPINKeys(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 24))
	bdk, _ := root(b, keys.TDES2)
	for _, n := range []int{4, 8, 16, 32, 64, 256, 4096} {
		ksns, blocks := make([]dukpt.KSN, n), make([]byte, 8*n)
		for i := range ksns {
			_, ksns[i] = random(b, r, keys.TDES2)
		}
		run := func(name string, f func() error) {
			b.Run(fmt.Sprint(name, "-", n), func(b *testing.B) {
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/key")
				b.ReportMetric(0, "ns/op")
			})
		}
		run("together", func() error {
			column, _, err := dukpt.PINKeys(bdk, ksns)
			if err != nil {
				return err
			}
			defer column.Release()
			return column.Decrypt(b.Context(), blocks, blocks)
		})
		run("one-by-one", func() error {
			for i, ksn := range ksns {
				key, err := dukpt.PINKey(bdk, ksn)
				if err == nil {
					err = key.Decrypt(b.Context(), blocks[8*i:8*i+8], blocks[8*i:8*i+8])
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// BenchmarkTDESDerive is without the cipher of the working key, of which
// crypto/des makes three key schedules.
func BenchmarkTDESDerive(b *testing.B) {
	bdk, ksn := root(b, keys.TDES2)
	ksn = withCounter(b, ksn, 0x1234)
	b.Run("here", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := dukpt.Derive(bdk, ksn); err != nil {
				b.Fatal(err)
			}
		}
	})
	raw, serial := unhex(rootHex[keys.TDES2].bdk), ksn.Bytes()
	b.Run("naive", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			naiveTDESTransactionKey(raw, serial)
		}
	})
}

func BenchmarkTerminal(b *testing.B) {
	for _, a := range []keys.Algorithm{keys.TDES2, keys.AES128} {
		b.Run(a.String(), func(b *testing.B) {
			ik, ksn := initial(b, a)
			terminal, err := dukpt.NewTerminal(ik, ksn)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := terminal.Next(); errors.Is(err, dukpt.ErrEndOfLife) {
					terminal, err = dukpt.NewTerminal(ik, ksn)
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
