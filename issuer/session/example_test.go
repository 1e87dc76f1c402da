package session_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/issuer/session"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A PIN that came in clear goes to the HSM as a block under a key of its own.
func Example() {
	ctx := context.Background()
	h := hsm.New(soft.New())
	defer h.Close()
	if _, err := h.GenerateKey(ctx, hsm.KeySpec{Label: "storage", Algorithm: keys.AES256, Usage: keys.UsagePIN}); err != nil {
		log.Fatal(err)
	}
	private, err := session.NewKeys()
	if err != nil {
		log.Fatal(err)
	}
	sessions, err := session.New(h, private, nil)
	if err != nil {
		log.Fatal(err)
	}

	pin, err1 := pinblock.ParsePIN("7010") // from a request
	pan, err2 := pinblock.ParsePAN("4000001234567899")
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Fresh(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Release(ctx)
	block, err := s.Seal(ctx, pin, pan)
	if err != nil {
		log.Fatal(err)
	}
	stored, err := h.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan,
		From: s.Key(), To: hsm.PINKey{Key: "storage", Format: pinblock.ISO4}})
	fmt.Println(len(stored), err)
	// Output: 16 <nil>
}
