package hsm_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// The device draws the key. What is known of it is its check value; its bytes nobody
// has seen.
func ExampleHSM_GenerateKey() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	key, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk-bank-a", Algorithm: keys.AES128, Usage: keys.UsagePIN})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Label, key.Algorithm, key.Usage, "check value of", len(key.KCV), "digits")

	_, err = h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk-bank-a", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	fmt.Println("another of this label:", errors.Is(err, hsm.ErrKeyExists))
	// Output:
	// zpk-bank-a AES128 P0 check value of 6 digits
	// another of this label: true
}

// A test key of a published example. Keys of real zones come by ImportKeyBlock.
func ExampleHSM_ImportKey() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	zpk, err := cleartext.ParseTDES("0123456789ABCDEFFEDCBA9876543210", keys.UsagePIN)
	if err != nil {
		log.Fatal(err)
	}
	key, err := h.ImportKey(ctx, hsm.KeySpec{Label: "zpk1"}, zpk) // algorithm and usage are the key's own
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Label, key.Algorithm, key.Usage, key.KCV)
	// Output: zpk1 TDES2 P0 08D7B4
}

// A partner sent a zone key as a key block. The key that protects it came in components.
// Compare the check value with the one that the partner says.
func ExampleHSM_ImportKeyBlock() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	kbpk, err := cleartext.ParseAES("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6", keys.UsageKBPK) // a test key
	if err != nil {
		log.Fatal(err)
	}
	if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: "partner"}, kbpk); err != nil {
		log.Fatal(err)
	}

	const block = "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31DA05F7425509593D03A457DC34"
	key, exposure, err := h.ImportKeyBlock(ctx, hsm.KeyBlockImport{
		Block: block, KBPK: "partner",
		Spec: hsm.KeySpec{Label: "zpk-partner"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Label, key.Algorithm, key.Usage, key.KCV, exposure)
	// Output: zpk-partner AES128 P0 08793E on-device
}

// A check value says that two sides have the same key. Where there is none of that label,
// the error says so.
func ExampleHSM_KeyInfo() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test key zpk1
	defer h.Close()
	key, err := h.KeyInfo(ctx, "zpk1")
	fmt.Println(key.Algorithm, key.Usage, key.KCV, err)
	_, err = h.KeyInfo(ctx, "zpk3")
	fmt.Println("there is none:", errors.Is(err, hsm.ErrKeyNotFound))
	// Output:
	// TDES2 P0 08D7B4 <nil>
	// there is none: true
}

// What is deleted is gone: operations that name it are refused.
func ExampleHSM_DeleteKey() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx)) // has the test key zpk1
	defer h.Close()
	fmt.Println(h.DeleteKey(ctx, "zpk1"))
	fmt.Println("gone:", errors.Is(h.DeleteKey(ctx, "zpk1"), hsm.ErrKeyNotFound))
	// Output:
	// <nil>
	// gone: true
}

// For a health check. A device that is closed, or away, says so.
func ExampleHSM_Ping() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx))
	fmt.Println(h.Ping(ctx))
	if err := h.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("closed:", errors.Is(h.Ping(ctx), hsm.ErrClosed))
	// Output:
	// <nil>
	// closed: true
}

// The keys of a device, by label.
func ExampleHSM_ListKeys() {
	ctx := context.Background()
	h := hsm.New(testDevice(ctx))
	defer h.Close()
	list, err := h.ListKeys(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, k := range list {
		fmt.Println(k.Label, k.Algorithm, k.Usage, k.KCV)
	}
	// Output:
	// bdk1 TDES2 B0 08D7B4
	// pvk1 TDES2 V2 08D7B4
	// zpk1 TDES2 P0 08D7B4
	// zpk2 AES128 P0 BE7ED6
}
