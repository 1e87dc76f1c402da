package bitdes

import (
	"crypto/cipher"
	"crypto/des"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkAgainstDES is each implementation and crypto/des block by block, in
// turns, because the machine may be busy with something else: "x" is the median
// of how many times faster this is. With a key for each lane, crypto/des has the
// key schedule to make for each block.
func BenchmarkAgainstDES(b *testing.B) {
	for _, e := range engines() {
		b.Run(e.String()+"/one key", func(b *testing.B) {
			key := random(1, 24)
			c, err := New(key)
			require.NoError(b, err)
			peer, err := des.NewTripleDESCipher(key)
			require.NoError(b, err)
			compete(b, 4096, func(data []byte) {
				require.NoError(b, c.crypt(e, data, data, forward))
			}, func(data []byte) { oneByOne(peer, data) })
		})
		b.Run(e.String()+"/a key a lane", func(b *testing.B) {
			keys := make([][24]byte, 4096)
			for i := range keys {
				copy(keys[i][:], random(uint64(i), 24))
			}
			compete(b, len(keys), func(data []byte) {
				require.NoError(b, cryptLanes(e, data, data, keys, forward))
			}, func(data []byte) {
				for i := range keys {
					peer, _ := des.NewTripleDESCipher(keys[i][:])
					oneByOne(peer, data[8*i:8*i+8])
				}
			})
		})
	}
}

func oneByOne(c cipher.Block, data []byte) {
	for i := 0; i < len(data); i += 8 {
		c.Encrypt(data[i:i+8], data[i:i+8])
	}
}

// compete runs the two in turns on so many blocks.
func compete(b *testing.B, blocks int, ours, theirs func(data []byte)) {
	data := random(2, 8*blocks)
	var ratios, spent []float64
	for b.Loop() {
		start := time.Now()
		theirs(data)
		middle := time.Now()
		ours(data)
		ratios = append(ratios, float64(middle.Sub(start))/float64(time.Since(middle)))
		spent = append(spent, float64(time.Since(middle))/float64(blocks))
	}
	slices.Sort(ratios)
	slices.Sort(spent)
	b.ReportMetric(ratios[len(ratios)/2], "x")
	b.ReportMetric(spent[len(spent)/2], "ns/block")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBatch is what a call costs by the number of blocks, whatever engine
// takes it: the thresholds between the engines come from it.
func BenchmarkBatch(b *testing.B) {
	c, err := New(random(1, 24))
	require.NoError(b, err)
	for _, e := range engines() {
		for _, blocks := range []int{1, 64, 256, 512} {
			if blocks > e.lanes() {
				continue
			}
			b.Run(fmt.Sprint(e, "/", blocks), func(b *testing.B) {
				data := random(2, 8*blocks)
				s := getScratch()
				for b.Loop() {
					s.batch(e, data, data, c.box().table, forward)
				}
			})
		}
	}
}
