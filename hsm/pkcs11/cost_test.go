//go:build cgo

package pkcs11_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/nss"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// compare times two things in turns, and reports both and the median of the ratios
// of neighbouring rounds: what ours costs, with theirs as one.
func compare(b *testing.B, per int, ours, theirs func()) {
	b.Helper()
	times := func(f func()) float64 {
		const budget = 40 * time.Millisecond
		n, start := 0, time.Now()
		for time.Since(start) < budget {
			for range 8 {
				f()
			}
			n += 8 * per
		}
		return float64(time.Since(start).Nanoseconds()) / float64(n)
	}
	times(ours)
	times(theirs)
	var a, c, r []float64
	for b.Loop() {
		x, y := times(ours), times(theirs)
		a, c, r = append(a, x), append(c, y), append(r, x/y)
	}
	median := func(v []float64) float64 {
		slices.Sort(v)
		return v[len(v)/2]
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(a), "ns/ours")
	b.ReportMetric(median(c), "ns/raw")
	b.ReportMetric(median(r), "ratio")
}

// translation returns a device with two keys, and a block to translate.
func translation(b *testing.B, c pkcs11.Config) (*pkcs11.Device, *hsm.HSM, hsm.Translation) {
	b.Helper()
	d := open(b, c)
	load(b, d, "in", zpk(b))
	load(b, d, "out", zpk(b))
	pin, err := pinblock.ParsePIN("1234")
	require.NoError(b, err)
	pan, err := pinblock.ParsePAN("4111111111111111")
	require.NoError(b, err)
	block, err := pinblock.Seal(b.Context(), nil, zpk(b), pinblock.ISO0, pin, pan)
	require.NoError(b, err)
	return d, hsm.New(d, hsm.AllowInProcess()), hsm.Translation{Block: block, PAN: pan,
		From: hsm.PINKey{Key: "in", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "out", Format: pinblock.ISO0}}
}

// BenchmarkCost is what a translation costs, beside the PKCS#11 calls that it cannot
// do without. Wanted: at most 1.15 in process and 1.2 on the token.
func BenchmarkCost(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background()) // one that can end, as in a service
	defer cancel()
	run := func(name string, c pkcs11.Config, raw func(*pkcs11.Raw, []byte) ([]byte, error)) {
		d, h, t := translation(b, c)
		require.NoError(b, pkcs11.NewRaw(b.Context(), d, find(b, d, "in"), find(b, d, "out"), func(r *pkcs11.Raw) error {
			got, err := raw(r, t.Block)
			require.NoError(b, err)
			require.Equal(b, t.Block, got, "the raw calls translate")
			b.Run(name, func(b *testing.B) {
				compare(b, 1, func() {
					if _, err := h.TranslatePIN(ctx, t); err != nil {
						b.Fatal(err)
					}
				}, func() {
					if _, err := raw(r, t.Block); err != nil {
						b.Fatal(err)
					}
				})
			})
			return nil
		}))
	}
	pan, err := hex.DecodeString("0000111111111111")
	require.NoError(b, err)
	run("InProcess/SoftHSM2", softhsm.New(b).Config(), (*pkcs11.Raw).InProcess)
	run("OnToken/NSS", nss.New(b).Config(), func(r *pkcs11.Raw, block []byte) ([]byte, error) { return r.OnToken(block, pan) })
}

// BenchmarkBatch is TranslatePINs for many blocks beside TranslatePIN one by one, and
// beside one C_Decrypt and one C_Encrypt for them all. Wanted: 8 times the rate of
// one by one on SoftHSM2, also where every second block is a bad one.
func BenchmarkBatch(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	const n = 4096
	for name, bad := range map[string]bool{"Good": false, "HalfBad": true} {
		d, h, t := translation(b, softhsm.New(b).Config())
		blocks := bytes.Repeat(t.Block, n)
		for i := 1; bad && i < n; i += 2 {
			blocks[i*len(t.Block)] ^= 1
		}
		all := hsm.Batch{From: t.From, To: t.To, Blocks: blocks, PANs: slices.Repeat([]pinblock.PAN{t.PAN}, n)}
		batch := func() {
			if _, err := h.TranslatePINs(ctx, all); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(name+"/OneByOne", func(b *testing.B) {
			compare(b, n, batch, func() {
				for i := range n {
					one := t
					one.Block = all.Item(i).Block
					_, _ = h.TranslatePIN(ctx, one)
				}
			})
		})
		require.NoError(b, pkcs11.NewRaw(b.Context(), d, find(b, d, "in"), find(b, d, "out"), func(r *pkcs11.Raw) error {
			b.Run(name+"/Raw", func(b *testing.B) {
				compare(b, n, batch, func() {
					if err := r.Many(blocks); err != nil {
						b.Fatal(err)
					}
				})
			})
			return nil
		}))
	}
}
