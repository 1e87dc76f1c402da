package reencrypt_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// A file of ISO-0 blocks under one zone key becomes one under another.
func ExampleRun() {
	ctx := context.Background()
	h := hsm.New(soft.New()) // in earnest: devices.Open
	defer func() { _ = h.Close() }()
	for label, text := range map[string]string{"old": "0123456789ABCDEFFEDCBA9876543210", "new": "23456789ABCDEF01DCBA98765432EF10"} {
		k, err := cleartext.ParseTDES(text, keys.UsagePIN)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: label}, k); err != nil {
			fmt.Println(err)
			return
		}
	}
	dir, err := os.MkdirTemp("", "portfolio")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in := filepath.Join(dir, "cards.csv")
	if err := os.WriteFile(in, []byte("pan,block,branch\n4111111111111111,2A3D408A1977DDE9,7\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	m, err := reencrypt.Run(ctx, reencrypt.Options{HSM: h,
		Job: reencrypt.Job{From: hsm.PINKey{Key: "old", Format: pinblock.ISO0}, To: hsm.PINKey{Key: "new", Format: pinblock.ISO0}},
		In:  in, Out: filepath.Join(dir, "new.csv"), Rejects: filepath.Join(dir, "rejects.csv")})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := os.ReadFile(filepath.Join(dir, "new.csv"))
	fmt.Print(m.Rows, " row\n", string(text))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 row
	// pan,block,branch
	// 4111111111111111,35407FFCF66A1EED,7
}
