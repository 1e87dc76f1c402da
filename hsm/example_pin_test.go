package hsm_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// A block that came under the acquirer's zone key goes on under the issuer's.
func ExampleHSM_TranslatePIN() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (TDES) and zpk2 (AES)
	defer h.Close()

	out, err := h.TranslatePIN(ctx, hsm.Translation{
		Block: []byte{0x2A, 0x3D, 0x40, 0x8A, 0x19, 0x77, 0xDD, 0xE9}, PAN: testPAN(),
		From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0},
		To:   hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(out), "bytes")
	// Output: 16 bytes
}

// Only hsm.ErrWrongPIN is about the PIN. Nothing else costs the cardholder a try.
func ExampleHSM_VerifyPIN() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (P0) and pvk1 (V2)
	defer h.Close()

	verify := func(block []byte, pvv string) string {
		err := h.VerifyPIN(ctx, hsm.Verification{
			Block: block, PAN: testPAN(), From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0},
			Method: pinverify.VisaPVV{Index: 2}, MethodKey: "pvk1", Reference: []byte(pvv),
		})
		switch {
		case err == nil:
			return "right PIN"
		case errors.Is(err, hsm.ErrWrongPIN):
			return "wrong PIN: count a try"
		case errors.Is(err, hsm.ErrBlock):
			return "the block did not open: no try"
		case errors.Is(err, hsm.ErrUnavailable):
			return "ask again: no try"
		}
		return err.Error() // the request or the set-up is wrong
	}
	block := []byte{0x2A, 0x3D, 0x40, 0x8A, 0x19, 0x77, 0xDD, 0xE9}
	fmt.Println(verify(block, "4200"))
	fmt.Println(verify(block, "4201"))
	block[0] ^= 1
	fmt.Println(verify(block, "4200"))
	// Output:
	// right PIN
	// wrong PIN: count a try
	// the block did not open: no try
}

// A PIN is drawn on the device. Its block goes to whoever prints the letter, its PVV into
// the card's record. Nobody has seen it.
func ExampleHSM_GeneratePIN() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk2 (P0) and pvk1 (V2)
	defer h.Close()

	made, err := h.GeneratePIN(ctx, hsm.Generation{
		PAN: testPAN(), Length: 4, To: hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4},
		Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk1",
		Rules: pinverify.Rules{Repeated: true, Sequences: true}, // neither 1111 nor 1234
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("a block of %d bytes, a PVV of %d digits\n", len(made.Block), len(made.Reference))
	// Output: a block of 16 bytes, a PVV of 4 digits
}

// A customer chose a PIN at a terminal: what the issuer keeps of it is the PVV.
func ExampleHSM_PINReference() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (P0) and pvk1 (V2)
	defer h.Close()

	pvv, err := h.PINReference(ctx, hsm.Reference{
		Block: []byte{0x2A, 0x3D, 0x40, 0x8A, 0x19, 0x77, 0xDD, 0xE9}, PAN: testPAN(),
		From:   hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0},
		Method: pinverify.VisaPVV{Index: 2}, MethodKey: "pvk1",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", pvv)
	// Output: 4200
}

// Whoever knows the current PIN may have another. The rules are for the new one.
func ExampleHSM_ChangePIN() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (P0) and pvk1 (V2)
	defer h.Close()
	zone := hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}
	current := []byte{0x2A, 0x3D, 0x40, 0x8A, 0x19, 0x77, 0xDD, 0xE9} // PVV 4200
	drawn, err := h.GeneratePIN(ctx, hsm.Generation{PAN: testPAN(), To: zone, Rules: pinverify.CommonRules()})
	if err != nil {
		log.Fatal(err)
	}

	change := hsm.Change{
		PAN: testPAN(), Current: current, New: drawn.Block, From: zone,
		Method: pinverify.VisaPVV{Index: 2}, MethodKey: "pvk1", Reference: []byte("4200"),
		Rules: pinverify.CommonRules(),
	}
	pvv, err := h.ChangePIN(ctx, change)
	fmt.Println("a new PVV of", len(pvv), "digits:", err)

	change.New = current // 1234, which is too easy to guess
	_, err = h.ChangePIN(ctx, change)
	fmt.Println(errors.Is(err, hsm.ErrWeakPIN))

	change.Reference = []byte("4201")
	_, err = h.ChangePIN(ctx, change)
	fmt.Println(errors.Is(err, hsm.ErrWrongPIN))
	// Output:
	// a new PVV of 4 digits: <nil>
	// true
	// true
}
