package devices_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/keys"
)

// A program takes the URI of its device from its configuration. Keys in this process
// will do for a first try.
func ExampleOpen() {
	ctx := context.Background()
	h, err := devices.Open(ctx, "soft:", devices.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	fmt.Println(h.Device(), h.Policy(), h.Ping(ctx))

	_, err = devices.Open(ctx, "payshield:10.0.0.1", devices.Options{})
	fmt.Println("understood:", !errors.Is(err, devices.ErrURI)) // the error lists what there is
	// Output:
	// soft pci-pin <nil>
	// understood: false
}

// Keys in a file, under a passphrase that a person or a file of secrets gives. They are
// there when the program starts again.
func ExampleOpen_keystore() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "keystore")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	o := devices.Options{Passphrase: func(_ context.Context, _ string, _ bool) ([]byte, error) {
		return []byte("correct horse battery staple"), nil
	}}

	uri := "soft:" + filepath.Join(dir, "keys.json")
	h, err := devices.Open(ctx, uri, o)
	if err != nil {
		log.Fatal(err)
	}
	made, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.AES128, Usage: keys.UsagePIN})
	if err = errors.Join(err, h.Close()); err != nil {
		log.Fatal(err)
	}

	h, err = devices.Open(ctx, uri, o)
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	found, err := h.KeyInfo(ctx, "zpk")
	fmt.Println(found.Label, found.Algorithm, found.Usage, found.KCV == made.KCV, err)
	// Output: zpk AES128 P0 true <nil>
}
