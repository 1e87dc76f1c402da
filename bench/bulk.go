package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/hsm"
)

// bulk times batches in the soft device, of several lengths, into the memory of the
// last answer and into memory of their own, beside what the cipher alone takes to
// decipher and encipher as many blocks; then beside crypto/des block by block; and TDES
// ISO-0 to AES ISO-4. Everything is a block's share.
func bulk(ctx context.Context) error {
	for _, n := range []int{256, 4096, 65536} {
		b, err := newBatch(ctx, n)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%d blocks, TDES to TDES", n)
		again := pair.Compare(what, b.translate(tdesKey, true), b.cipher())
		again.Print(os.Stdout, "TranslatePINs", "cipher")
		fresh := pair.Compare(what, b.translate(tdesKey, false), b.cipher())
		fresh.Print(os.Stdout, "  new memory", "cipher")
		fmt.Printf("%-28s %.2f of what the cipher alone allows, %.2f into new memory each time (wanted: 0.8)\n", "  rate", again.Ratio, fresh.Ratio)
		if n == 4096 {
			b.others()
		}
		if err := b.close(); err != nil {
			return err
		}
	}
	return nil
}

// others are the comparisons that one length is enough for.
func (b *batch) others() {
	pair.Compare("TDES to TDES", b.translate(tdesKey, true), b.oneByOne()).Print(os.Stdout, "TranslatePINs", "crypto/des")
	r := pair.Compare("ISO-0 to ISO-4", b.translate(aesKey, true), b.oneByOne())
	r.Print(os.Stdout, "TranslatePINs", "crypto/des")
	fmt.Printf("%-28s %.1f million blocks a second on one core (wanted: 3, with AVX-512)\n", "  rate", 1000/r.Ours)
}

// translate translates the blocks, if asked over and over into the same memory.
func (b *batch) translate(to hsm.PINKey, again bool) pair.Side {
	all := hsm.Batch{From: b.from, To: to, Blocks: b.blocks, PANs: b.pans, KSNs: b.ksns}
	return b.side("batch", func() error {
		results, err := b.hsm.TranslatePINs(b.ctx, all)
		if again {
			all.Into = results.Blocks
		}
		return err
	})
}

// cipher is two passes of the cipher over the same blocks.
func (b *batch) cipher() pair.Side {
	buf := make([]byte, len(b.blocks))
	return b.side("cipher", func() error {
		if err := b.in.Decrypt(b.ctx, buf, b.blocks); err != nil {
			return err
		}
		return b.out.Encrypt(b.ctx, buf, buf)
	})
}

// oneByOne is crypto/des on one block after the other.
func (b *batch) oneByOne() pair.Side {
	buf := make([]byte, 8)
	return pair.Side{Name: "crypto/des", F: func(n int) {
		for range n {
			b.decrypt(buf, b.blocks[:8])
			b.encrypt(buf, buf)
		}
	}}
}

// side is f for n blocks, as many at a time as the batch has: what is left over is done
// the next time.
func (b *batch) side(name string, f func() error) pair.Side {
	due := 0
	return pair.Side{Name: name, F: func(n int) {
		for due += n; due >= len(b.pans); due -= len(b.pans) {
			if err := f(); err != nil {
				b.failed = err
			}
		}
	}}
}
