//go:build cgo

package hsm_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log"

	p11 "github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/softhsm"
)

// A key that the HSM's own tool made says nothing of what it is for. No operation takes
// it until somebody has said.
func ExampleHSM_Adopt() {
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
	makeElsewhere(token, "zpk", "0123456789ABCDEFFEDCBA9876543210")

	key, err := h.KeyInfo(ctx, "zpk")
	fmt.Printf("%s %s %q %v\n", key.Label, key.Algorithm, key.Usage, err)
	key, err = h.Adopt(ctx, "zpk", keys.UsagePIN)
	fmt.Printf("%s %s %q %v\n", key.Label, key.Algorithm, key.Usage, err)
	_, err = h.Adopt(ctx, "zpk", keys.UsageVisaPVV)
	fmt.Println("for good:", errors.Is(err, hsm.ErrKeyUsage))
	// Output:
	// zpk TDES2 "" <nil>
	// zpk TDES2 "P0" <nil>
	// for good: true
}

// makeElsewhere puts a double length TDES key on the token as other software does.
func makeElsewhere(token *softhsm.Token, label, value string) {
	raw, err := hex.DecodeString(value)
	if err != nil {
		log.Fatal(err)
	}
	library := p11.New(token.Config().URI.ModulePath)
	defer library.Destroy()
	slots, err := library.GetSlotList(true)
	if err != nil {
		log.Fatal(err)
	}
	session, err := library.OpenSession(slots[0], p11.CKF_SERIAL_SESSION|p11.CKF_RW_SESSION)
	if err != nil {
		log.Fatal(err)
	}
	_, err = library.CreateObject(session, []*p11.Attribute{
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_SECRET_KEY), p11.NewAttribute(p11.CKA_KEY_TYPE, p11.CKK_DES2),
		p11.NewAttribute(p11.CKA_TOKEN, true), p11.NewAttribute(p11.CKA_PRIVATE, true),
		p11.NewAttribute(p11.CKA_ENCRYPT, true), p11.NewAttribute(p11.CKA_DECRYPT, true),
		p11.NewAttribute(p11.CKA_LABEL, label), p11.NewAttribute(p11.CKA_VALUE, raw),
	})
	if err = errors.Join(err, library.CloseSession(session)); err != nil {
		log.Fatal(err)
	}
}
