package soft_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A device for a test of what an application does with its HSM. Nothing has to be
// installed.
func ExampleNew() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN}); err != nil {
		log.Fatal(err)
	}
	pan, err := pinblock.ParsePAN("4111111111111111")
	if err != nil {
		log.Fatal(err)
	}
	made, err := h.GeneratePIN(ctx, hsm.Generation{PAN: pan, Length: 6, To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO4}})
	fmt.Println(h.Device(), len(made.Block), "bytes", err)
	// Output: soft 16 bytes <nil>
}

// Keys in a file outlive the program, under a passphrase.
func ExampleOpenKeystore() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "keystore")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keys.json")

	ks, err := soft.OpenKeystore(ctx, path, soft.WithPassphrase("correct horse battery staple"))
	if err != nil {
		log.Fatal(err)
	}
	h := hsm.New(ks)
	made, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
	if err = errors.Join(err, h.Close()); err != nil {
		log.Fatal(err)
	}

	_, err = soft.OpenKeystore(ctx, path, soft.WithPassphrase("another"))
	fmt.Println(errors.Is(err, soft.ErrPassphrase))

	ks, err = soft.OpenKeystore(ctx, path, soft.WithPassphrase("correct horse battery staple"))
	if err != nil {
		log.Fatal(err)
	}
	h = hsm.New(ks)
	defer h.Close()
	found, err := h.KeyInfo(ctx, "zpk")
	fmt.Println(found == made, err)
	// Output:
	// true
	// true <nil>
}
