package hsm_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Many blocks go through the device in few calls, and each has its own answer.
func ExampleHSM_TranslatePINs() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys zpk1 (TDES) and zpk2 (AES)
	defer h.Close()

	b := hsm.Batch{
		From: hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0},
		To:   hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4},
	}
	for _, digits := range []string{"2A3D408A1977DDE9", "2A3D408A1977DDE8"} { // the second one is damaged
		block, err := hex.DecodeString(digits)
		if err != nil {
			log.Fatal(err)
		}
		if err := b.Add(hsm.Item{Block: block, PAN: testPAN()}); err != nil {
			log.Fatal(err)
		}
	}
	results, err := h.TranslatePINs(ctx, b)
	if err != nil {
		log.Fatal(err) // of all of them: a key, the policy, the device
	}
	for i := range results.Len() {
		block, err := results.Block(i)
		fmt.Println(i, len(block), "bytes, bad:", errors.Is(err, hsm.ErrBlock))
	}
	// Output:
	// 0 16 bytes, bad: false
	// 1 0 bytes, bad: true
}

// A block of a terminal under DUKPT: the key is the base derivation key, and the KSN
// that came with the block names the transaction. The values are those of X9.24-1:2009
// annex A.
func ExampleHSM_TranslatePIN_dukpt() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test keys bdk1 (B0) and zpk1 (P0)
	defer h.Close()

	ksn, err := dukpt.ParseKSN("FFFF9876543210E00001")
	if err != nil {
		log.Fatal(err)
	}
	pan, err := pinblock.ParsePAN("4012345678909")
	if err != nil {
		log.Fatal(err)
	}
	out, err := h.TranslatePIN(ctx, hsm.Translation{
		Block: []byte{0x1B, 0x9C, 0x18, 0x45, 0xEB, 0x99, 0x3A, 0x7A}, PAN: pan,
		From: hsm.PINKey{Key: "bdk1", KSN: ksn, Format: pinblock.ISO0},
		To:   hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%X\n", out)
	// Output: C03D21CDBCB0C58B
}
