//go:build cgo

package nss_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/nss"
)

// A token in a directory of its own is there again the next day, with its keys.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "token")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	use := func(token *nss.Token, do func(h *hsm.HSM) (hsm.KeyInfo, error)) {
		device, err := pkcs11.Open(ctx, token.Config())
		if err != nil {
			log.Fatal(err)
		}
		h := hsm.New(device)
		key, err := do(h)
		fmt.Println(key.Label, key.Algorithm, errors.Join(err, h.Close(), token.Close()))
	}

	token, err := nss.Create(filepath.Join(dir, "lab"))
	if err != nil {
		log.Fatal(err)
	}
	use(token, func(h *hsm.HSM) (hsm.KeyInfo, error) {
		return h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN})
	})

	token, err = nss.Open(filepath.Join(dir, "lab"))
	if err != nil {
		log.Fatal(err)
	}
	use(token, func(h *hsm.HSM) (hsm.KeyInfo, error) { return h.KeyInfo(ctx, "zpk") })
	// Output:
	// zpk AES128 <nil>
	// zpk AES128 <nil>
}
