package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// pan is the card's, and stranger that of a card nobody registered.
const pan, stranger = "5432101234567891", "5432109999999991"

// play has a customer choose a PIN, and an acquirer and a terminal ask about it.
func play(ctx context.Context, h *host, s shared, out io.Writer) error {
	number, err := pinblock.ParsePAN(pan)
	if err != nil {
		return err
	}
	right, wrong, err := pins(ctx, h, s, number)
	if err != nil {
		return err
	}
	by := issuer.Request{Actor: "example"}
	card, err := h.pins.Register(ctx, issuer.Registration{PAN: number}, by)
	if err != nil {
		return err
	}
	if _, err := h.pins.SetPIN(ctx, card.Token, issuer.PINBlock{Block: right, Key: h.acquirer}, by); err != nil {
		return err
	}
	block, ksn, err := atTerminal(ctx, s, number)
	if err != nil {
		return err
	}
	damaged := bytes.Clone(block)
	damaged[0] ^= 1
	for _, r := range []struct {
		what string
		request
	}{
		{"right PIN under the zone key", request{pan, right, ""}},
		{"right PIN of an own terminal, DUKPT", request{pan, block, ksn}},
		{"another PIN", request{pan, wrong, ""}},
		{"a block that does not open", request{pan, damaged, ksn}},
		{"half a block", request{pan, right[:4], ""}},
		{"another PIN", request{pan, wrong, ""}},
		{"another PIN", request{pan, wrong, ""}},
		{"right PIN, but no tries are left", request{pan, right, ""}},
		{"a card that is not registered", request{stranger, right, ""}},
	} {
		code, _ := h.authorize(ctx, r.request) // the error is for a log
		if _, err := fmt.Fprintf(out, "%-37s %s\n", r.what, code); err != nil {
			return err
		}
	}
	return nil
}

// pins returns two PIN blocks under the zone key: of the PIN the customer chooses, and
// of another. Of 10,000 PINs some share a PVV, so the other is one that does not.
func pins(ctx context.Context, h *host, s shared, number pinblock.PAN) (right, wrong []byte, err error) {
	var first []byte
	for _, digits := range []string{"4839", "4840", "4841", "4842", "4843"} {
		pin, err := pinblock.ParsePIN(digits)
		if err != nil {
			return nil, nil, err
		}
		block, err := pinblock.Seal(ctx, nil, s.zpk, h.acquirer.Format, pin, number)
		if err != nil {
			return nil, nil, err
		}
		pvv, err := h.device.PINReference(ctx, hsm.Reference{Block: block, PAN: number, From: h.acquirer, Method: product.Method, MethodKey: product.MethodKey})
		if err != nil {
			return nil, nil, err
		}
		if first == nil {
			right, first = block, pvv
		} else if !bytes.Equal(pvv, first) {
			return right, block, nil
		}
	}
	return nil, nil, errors.New("five PINs have one PVV: run it again")
}

// atTerminal returns the block of the same PIN as a terminal under AES DUKPT makes it.
func atTerminal(ctx context.Context, s shared, number pinblock.PAN) (block []byte, ksn string, err error) {
	first, err := dukpt.ParseKSN("123456789012345600000000")
	if err != nil {
		return nil, "", err
	}
	ik, err := dukpt.InitialKey(s.bdk, first)
	if err != nil {
		return nil, "", err
	}
	terminal, err := dukpt.NewTerminal(ik, first)
	if err != nil {
		return nil, "", err
	}
	transaction, err := terminal.Next()
	if err != nil {
		return nil, "", err
	}
	key, err := transaction.PINKey()
	if err != nil {
		return nil, "", err
	}
	pin, err := pinblock.ParsePIN("4839")
	if err != nil {
		return nil, "", err
	}
	block, err = pinblock.Seal(ctx, nil, key, pinblock.ISO4, pin, number)
	return block, transaction.KSN().String(), err
}
