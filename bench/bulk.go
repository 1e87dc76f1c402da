package main

import (
	"context"
	"crypto/des"
	"fmt"
	"os"

	"github.com/pinion-hsm/pinion/bench/pair"
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
)

// many is how many blocks a batch has.
const many = 4096

// bulk times batches in the soft device: TDES to TDES beside what the cipher alone
// takes for as many blocks, and beside crypto/des block by block; and TDES ISO-0 to AES
// ISO-4. Everything is a block's share, on one core.
func bulk(ctx context.Context) error {
	h := hsm.New(soft.New())
	defer h.Close()
	var ks []keys.Key
	for _, k := range []struct {
		label, hex string
		alg        keys.Algorithm
	}{{"in", zpk1, keys.TDES2}, {"out", zpk2, keys.TDES2}, {"aes", "000102030405060708090A0B0C0D0E0F", keys.AES128}} {
		key, err := cleartext.Parse(k.alg, keys.UsagePIN, k.hex)
		if err != nil {
			return err
		}
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: k.label}, key); err != nil {
			return err
		}
		ks = append(ks, key)
	}
	b := hsm.Batch{From: hsm.PINKey{Key: "in", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "out", Format: pinblock.ISO0}}
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		return err
	}
	var blocks []byte
	for i := range many {
		pin, err := pinblock.ParsePIN(fmt.Sprintf("%04d", i))
		if err != nil {
			return err
		}
		block, err := pinblock.Seal(ctx, nil, ks[0], pinblock.ISO0, pin, pan)
		if err != nil {
			return err
		}
		b.Items = append(b.Items, hsm.Item{Block: block, PAN: pan})
		blocks = append(blocks, block...)
	}
	var failed error
	translate := func(to hsm.PINKey) func(int) {
		return func(n int) {
			b := b
			b.To = to
			for ; n > 0; n -= many {
				if _, err := h.TranslatePINs(ctx, b); err != nil {
					failed = err
				}
			}
		}
	}
	buf := make([]byte, len(blocks))
	cipher := pair.Side{Name: "the cipher alone", F: func(n int) {
		for ; n > 0; n -= many {
			if err := ks[0].Decrypt(ctx, buf, blocks); err != nil {
				failed = err
			}
			if err := ks[1].Encrypt(ctx, buf, buf); err != nil {
				failed = err
			}
		}
	}}
	raw := cleartext.Bytes(ks[0])
	c, err := des.NewTripleDESCipher(append(raw, raw[:8]...))
	if err != nil {
		return err
	}
	oneByOne := pair.Side{Name: "crypto/des", F: func(n int) {
		for range n {
			c.Decrypt(buf[:8], blocks[:8])
			c.Encrypt(buf[:8], buf[:8])
		}
	}}
	ours := pair.Side{Name: "soft device", F: translate(b.To)}
	r := pair.Compare("TranslatePINs, TDES to TDES", ours, cipher)
	r.Print(os.Stdout, "soft", "cipher")
	fmt.Printf("%-28s %.2f of what the cipher alone allows (wanted: 0.8)\n", "  rate", r.Ratio)
	pair.Compare("TranslatePINs, TDES to TDES", ours, oneByOne).Print(os.Stdout, "soft", "crypto/des")
	toAES := pair.Side{Name: "soft device", F: translate(hsm.PINKey{Key: "aes", Format: pinblock.ISO4})}
	r = pair.Compare("TranslatePINs, ISO-0 to ISO-4", toAES, oneByOne)
	r.Print(os.Stdout, "soft", "crypto/des")
	fmt.Printf("%-28s %.1f million blocks a second on one core (wanted: 3, with AVX-512)\n", "  rate", 1000/r.Ours)
	return failed
}
