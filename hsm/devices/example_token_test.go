//go:build cgo

package devices_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A SoftHSM2 token of its own, gone on Close. It needs the library and nothing else.
func ExampleOpen_softhsm() {
	ctx := context.Background()
	h, err := devices.Open(ctx, "softhsm:", devices.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	if _, err = h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN}); err != nil {
		log.Fatal(err)
	}
	made, err := h.GeneratePIN(ctx, hsm.Generation{To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
	fmt.Println(h.Device(), len(made.Block), err)
	// Output: PKCS#11 token pinion 8 <nil>
}

// The device of an HSM is a PKCS#11 URI. A token that can only decipher and encipher has
// the clear PIN in this process for the length of a call: the application says that it
// may.
func ExampleOpen_pkcs11() {
	token, err := softhsm.Temporary() // in earnest an HSM, whose URI is in a configuration
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()

	ctx := context.Background()
	for _, options := range [][]hsm.Option{nil, {hsm.AllowInProcess()}} {
		h, err := devices.Open(ctx, token.URI(), devices.Options{Sessions: 4}, options...)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "zpk", Algorithm: keys.TDES2, Usage: keys.UsagePIN, Ephemeral: true}); err != nil {
			log.Fatal(err)
		}
		_, err = h.GeneratePIN(ctx, hsm.Generation{To: hsm.PINKey{Key: "zpk", Format: pinblock.ISO1}})
		fmt.Println("refused:", errors.Is(err, hsm.ErrExposure))
		if err := h.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// refused: true
	// refused: false
}

// Without the front, to look at a token: what may stay on it?
func ExampleOpenDevice() {
	ctx := context.Background()
	d, err := devices.OpenDevice(ctx, "nss:", devices.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	token, ok := d.(interface { // what PKCS#11 tokens have
		Report(context.Context) (pkcs11.Report, error)
	})
	if !ok {
		log.Fatal("not a PKCS#11 token")
	}
	report, err := token.Report(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("PIN blocks under TDES stay on the token:", report.Abilities.TDES.OK)
	fmt.Println("PIN blocks under AES stay on the token:", report.Abilities.AES.OK)
	// Output:
	// PIN blocks under TDES stay on the token: true
	// PIN blocks under AES stay on the token: true
}

// What a library sees, as pinion device list prints it. Nobody is logged in.
func ExampleList() {
	token, err := softhsm.Temporary()
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	tokens, _, err := devices.List(context.Background(), token.Config().URI.ModulePath)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tokens {
		fmt.Println(t.Label)
	}
	// Output: pinion
}
