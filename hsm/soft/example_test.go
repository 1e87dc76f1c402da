package soft_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
)

// Keys in a file outlive the program, under a passphrase.
func ExampleOpenKeystore() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "keystore")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	for range 2 {
		ks, err := soft.OpenKeystore(ctx, filepath.Join(dir, "keys.json"), soft.WithPassphrase("correct horse"))
		if err != nil {
			fmt.Println(err)
			return
		}
		h := hsm.New(ks)
		_, err = h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk1", Algorithm: keys.TDES2, Usage: keys.UsagePIN})
		fmt.Println(err)
		_ = h.Close()
	}
	// Output:
	// <nil>
	// keys: key "zpk1": hsm: a key of this label exists already
}
