//go:build cgo

package nss_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
)

// Outside a test there is no New; a temporary token is as quick.
func ExampleTemporary() {
	ctx := context.Background()
	token, err := nss.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	device, err := pkcs11.Open(ctx, token.Config())
	if err != nil {
		log.Fatal(err)
	}
	h := hsm.New(device)
	defer h.Close()

	key, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Device(), key.Label, key.Algorithm, key.Usage)
	// Output: PKCS#11 token pinion zpk TDES2 P0
}
