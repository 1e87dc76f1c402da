// Command bench compares pinion with the raw cipher operations beneath it, in
// one run. The comparison with another library is in the module bench/peer.
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

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const (
	zpk1 = "0123456789ABCDEFFEDCBA9876543210"
	zpk2 = "23456789ABCDEF01DCBA98765432EF10"
)

// run times a translation from TDES to TDES in the soft device, through the
// front with all its checks, against two bare crypto/des block operations.
func run() error {
	ctx := context.Background()
	h, tr, err := translation(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	decrypt, encrypt, err := ciphers()
	if err != nil {
		return err
	}
	var failed error
	buf := make([]byte, 8)
	ours := pair.Side{Name: "soft device", F: func(n int) {
		for range n {
			if _, err := h.TranslatePIN(ctx, tr); err != nil {
				failed = err
			}
		}
	}}
	theirs := pair.Side{Name: "two crypto/des blocks", F: func(n int) {
		for range n {
			decrypt(buf, tr.Block)
			encrypt(buf, buf)
		}
	}}
	r := pair.Compare("translate TDES to TDES", ours, theirs)
	if failed != nil {
		return failed
	}
	r.Print(os.Stdout, "soft", "2 x crypto/des")
	fmt.Printf("%-28s %.2f times the two block operations (wanted: at most 1.5)\n", "  cost", 1/r.Ratio)
	if err := bulk(ctx); err != nil {
		return err
	}
	return lanes(ctx)
}

func translation(ctx context.Context) (*hsm.HSM, hsm.Translation, error) {
	h := hsm.New(soft.New())
	var tr hsm.Translation
	for label, text := range map[string]string{"zpk1": zpk1, "zpk2": zpk2} {
		k, err := cleartext.ParseTDES(text, keys.UsagePIN)
		if err != nil {
			return nil, tr, err
		}
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: label}, k); err != nil {
			return nil, tr, err
		}
		if label != "zpk1" {
			continue
		}
		pin, err := pinblock.ParsePIN("1234")
		if err != nil {
			return nil, tr, err
		}
		if tr.PAN, err = pinblock.ParsePAN("4111111111111111"); err != nil {
			return nil, tr, err
		}
		if tr.Block, err = pinblock.Seal(ctx, nil, k, pinblock.ISO0, pin, tr.PAN); err != nil {
			return nil, tr, err
		}
	}
	tr.From = hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}
	tr.To = hsm.PINKey{Key: "zpk2", Format: pinblock.ISO0}
	return h, tr, nil
}

// ciphers returns the two bare operations under the two keys.
func ciphers() (decrypt, encrypt func(dst, src []byte), err error) {
	var ops [2]func(dst, src []byte)
	for i, text := range []string{zpk1, zpk2} {
		k, err := cleartext.ParseTDES(text, keys.UsagePIN)
		if err != nil {
			return nil, nil, err
		}
		raw := cleartext.Bytes(k)
		c, err := des.NewTripleDESCipher(append(raw, raw[:8]...))
		if err != nil {
			return nil, nil, err
		}
		ops[i] = c.Encrypt
		if i == 0 {
			ops[i] = c.Decrypt
		}
	}
	return ops[0], ops[1], nil
}
