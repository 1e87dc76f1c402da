package hsm_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// An issuer draws a PIN in the device, keeps its PVV, and later verifies a PIN
// block that came in under a zone key.
func Example() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	for label, usage := range map[string]keys.Usage{"zpk": keys.UsagePIN, "pvk": keys.UsageVisaPVV} {
		if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: keys.TDES2, Usage: usage}); err != nil {
			log.Fatal(err)
		}
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	zone := hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}
	method := pinverify.VisaPVV{Index: 1}

	made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: zone, Method: method, MethodKey: "pvk"})
	if err != nil {
		log.Fatal(err)
	}
	err = h.VerifyPIN(ctx, hsm.Verification{Block: made.Block, PAN: pan, From: zone,
		Method: method, MethodKey: "pvk", Reference: made.Reference})
	fmt.Println("right PIN:", err == nil)

	_, err = h.TranslatePIN(ctx, hsm.Translation{Block: made.Block, PAN: pan, From: zone,
		To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
	fmt.Println("to ISO-1 refused:", errors.Is(err, hsm.ErrPolicy))
	// Output:
	// right PIN: true
	// to ISO-1 refused: true
}

// A file of blocks is translated a chunk at a time, each into the memory of the one
// before.
func ExampleBatch() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (TDES) and zpk2 (AES)
	defer h.Close()
	b := hsm.Batch{From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4}}
	for _, digits := range []string{"4111111111111111", "5555555555554444", "378282246310005"} {
		pan, err := pinblock.ParsePAN(digits)
		if err != nil {
			log.Fatal(err)
		}
		made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, To: b.From})
		if err != nil {
			log.Fatal(err)
		}
		b.Blocks, b.PANs = append(b.Blocks, made.Block...), append(b.PANs, pan)
	}
	b.Blocks[8] ^= 1 // the second block is damaged

	for chunk := range 2 {
		results, err := h.TranslatePINs(ctx, b)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("chunk", chunk, "has", len(results.Blocks), "bytes")
		for _, f := range results.Faults {
			fmt.Println("block", f.Index, "is bad:", errors.Is(f.Err, hsm.ErrBlock))
		}
		b.Into = results.Blocks
	}
	// Output:
	// chunk 0 has 48 bytes
	// block 1 is bad: true
	// chunk 1 has 48 bytes
	// block 1 is bad: true
}
