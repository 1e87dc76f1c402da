package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// errAccepted says that a device took a PIN for right that is not.
var errAccepted = errors.New("the device accepted a PIN against the PVV of another")

// send plays one transaction: the customer at the terminal, the acquirer, the issuer.
func (s *sides) send(ctx context.Context, h *hsm.HSM, r *result) error {
	pin, err := pinblock.ParsePIN(fmt.Sprintf("%04d", rand.IntN(10_000)))
	if err != nil {
		return err
	}
	pan, err := pinblock.ParsePAN(fmt.Sprintf("543210%010d", rand.Int64N(10_000_000_000)))
	if err != nil {
		return err
	}
	block, from, err := s.atTerminal(ctx, pin, pan)
	if err != nil {
		return err
	}
	zone := hsm.PINKey{Key: zoneLabel, Format: s.received}
	block, err = h.TranslatePIN(ctx, hsm.Translation{Block: block, PAN: pan, From: from, To: zone})
	if err != nil {
		return err
	}
	r.translated++
	pvv, err := method.Reference(ctx, s.pvk, pin, pan)
	if err != nil {
		return err
	}
	v := hsm.Verification{Block: block, PAN: pan, From: zone, Method: method, MethodKey: pvkLabel, Reference: pvv}
	if err := h.VerifyPIN(ctx, v); err != nil {
		return err
	}
	r.right++
	v.Reference = bytes.Clone(pvv)
	v.Reference[0] = '0' + (pvv[0]-'0'+1)%10
	switch err := h.VerifyPIN(ctx, v); {
	case err == nil:
		return errAccepted
	case !errors.Is(err, hsm.ErrWrongPIN):
		return err
	}
	r.wrong++
	return nil
}

// atTerminal returns the PIN block of the terminal's next transaction, and what it is
// under for whoever holds the BDK.
func (s *sides) atTerminal(ctx context.Context, pin pinblock.PIN, pan pinblock.PAN) ([]byte, hsm.PINKey, error) {
	transaction, err := s.terminal.Next()
	if err != nil {
		return nil, hsm.PINKey{}, err
	}
	key, err := transaction.PINKey()
	if err != nil {
		return nil, hsm.PINKey{}, err
	}
	block, err := pinblock.Seal(ctx, nil, key, s.sent, pin, pan)
	return block, hsm.PINKey{Key: bdkLabel, Format: s.sent, KSN: transaction.KSN()}, err
}
