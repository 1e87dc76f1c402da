// Command embed shows this module in a program of its own: keys on a SoftHSM2
// token, a PIN drawn there, translated for another key, and verified. With the
// URI of another device it runs on that.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

func main() {
	uri := "softhsm:" // a token for this run; yours is pkcs11:token=…?module-path=…&pin-source=…
	if len(os.Args) == 2 {
		uri = os.Args[1]
	}
	if err := run(context.Background(), uri); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, uri string) error {
	h, err := devices.Open(ctx, uri, devices.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if err := makeKeys(ctx, h); err != nil {
		return err
	}

	pan, err := pinblock.ParsePAN("5432101234567891")
	if err != nil {
		return err
	}
	acquirer := hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}
	issuer := hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4}
	pvv := pinverify.VisaPVV{Index: 1}

	made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: acquirer, Method: pvv, MethodKey: "pvk"})
	if err != nil {
		return err
	}
	block, err := h.TranslatePIN(ctx, hsm.Translation{Block: made.Block, PAN: pan, From: acquirer, To: issuer})
	if err != nil {
		return err
	}
	err = h.VerifyPIN(ctx, hsm.Verification{Block: block, PAN: pan, From: issuer,
		Method: pvv, MethodKey: "pvk", Reference: made.Reference})
	if err != nil {
		return err // hsm.ErrWrongPIN if it is another PIN, hsm.ErrBlock if the block does not open
	}
	fmt.Printf("%v: %d bytes in, %d bytes out, right PIN\n", pan, len(made.Block), len(block))
	return nil
}

// makeKeys makes a key for each side and one for PVVs, gone when h is closed.
func makeKeys(ctx context.Context, h *hsm.HSM) error {
	for _, s := range []hsm.KeySpec{
		{Label: "zpk1", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true},
		{Label: "zpk2", Algorithm: keys.AES256, Usage: keys.UsagePIN, Ephemeral: true},
		{Label: "pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV, Ephemeral: true},
	} {
		if _, err := h.GenerateKey(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
