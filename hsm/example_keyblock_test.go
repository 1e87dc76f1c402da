package hsm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
)

// A zone key goes from one device to another in a key block. The key that protects it
// was taken to both by hand, in components.
func ExampleHSM_ExportKeyBlock() {
	ctx := context.Background()
	ours, theirs := hsm.New(soft.New()), hsm.New(soft.New())
	defer ours.Close()
	defer theirs.Close()
	kbpk, err := keys.Generate(keys.AES256, keys.UsageKBPK)
	if err != nil {
		log.Fatal(err)
	}
	for _, h := range []*hsm.HSM{ours, theirs} {
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: "partner"}, kbpk); err != nil {
			log.Fatal(err)
		}
	}
	made, err := ours.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	if err != nil {
		log.Fatal(err)
	}
	block, err := ours.ExportKeyBlock(ctx, hsm.KeyBlockExport{Key: "zpk", KBPK: "partner"})
	if err != nil {
		log.Fatal(err)
	}
	got, exposure, err := theirs.ImportKeyBlock(ctx, hsm.KeyBlockImport{
		Block: block, KBPK: "partner",
		Spec: hsm.KeySpec{Label: "zpk-ours"},
	})
	fmt.Println(got.Label, got.Algorithm, got.Usage, exposure, err)
	fmt.Println("the same key:", got.KCV == made.KCV)
	// Output:
	// zpk-ours TDES2 P0 on-device <nil>
	// the same key: true
}
