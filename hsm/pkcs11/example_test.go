//go:build cgo

package pkcs11_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A PIN is drawn on a token and its block translated for another key, in another
// format. Here the token is a throw-away one, and its URI is not written out.
func Example() {
	token, err := softhsm.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()

	ctx := context.Background()
	uri, err := pkcs11.ParseURI(token.URI())
	if err != nil {
		log.Fatal(err)
	}
	device, err := pkcs11.Open(ctx, pkcs11.Config{URI: uri})
	if err != nil {
		log.Fatal(err)
	}
	h := hsm.New(device, hsm.AllowInProcess())
	defer h.Close()

	for label, algorithm := range map[string]keys.Algorithm{"zpk1": keys.TDES2, "zpk2": keys.AES256} {
		if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: label, Algorithm: algorithm, Usage: keys.UsagePIN}); err != nil {
			log.Fatal(err)
		}
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	from := hsm.PINKey{Key: "zpk1", Format: pinblock.ISO0}
	to := hsm.PINKey{Key: "zpk2", Format: pinblock.ISO4}
	made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: 4, To: from})
	if err != nil {
		log.Fatal(err)
	}
	block, err := h.TranslatePIN(ctx, hsm.Translation{Block: made.Block, PAN: pan, From: from, To: to})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bytes in, %d bytes out\n", len(made.Block), len(block))
	// Output: 8 bytes in, 16 bytes out
}
