//go:build cgo

package softhsm_test

import (
	"context"
	"fmt"
	"log"
	"testing"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A test has a token of its own, and it is gone with the test.
func ExampleNew() {
	var t *testing.T // the test's
	token := softhsm.New(t)
	device, err := pkcs11.Open(t.Context(), token.Config())
	if err != nil {
		t.Fatal(err)
	}
	h := hsm.New(device)
	t.Cleanup(func() { _ = h.Close() })
	// Make keys on it, and test what you do with them.
}

// Outside a test there is no New; a temporary token is as quick.
func ExampleTemporary() {
	ctx := context.Background()
	token, err := softhsm.Temporary()
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
