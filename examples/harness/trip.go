package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// trip is one way from a terminal to the issuer.
type trip struct {
	bdk      keys.Algorithm  // DUKPT of the terminal
	ksn      string          // its initial key
	sent     pinblock.Format // by the terminal
	zone     keys.Algorithm  // key between acquirer and issuer
	received pinblock.Format // by the issuer
}

var trips = []trip{
	{keys.TDES2, "FFFF9876543210E00000", pinblock.ISO0, keys.TDES2, pinblock.ISO0},
	{keys.TDES2, "FFFF9876543210E00000", pinblock.ISO0, keys.AES128, pinblock.ISO4},
	{keys.AES128, "123456789012345600000000", pinblock.ISO4, keys.AES128, pinblock.ISO4},
	{keys.AES256, "123456789012345600000000", pinblock.ISO4, keys.TDES2, pinblock.ISO0},
}

func (t trip) terminal() string { return fmt.Sprintf("DUKPT %v, %s", t.bdk, t.sent.Name()) }
func (t trip) issuer() string   { return fmt.Sprintf("%v, %s", t.zone, t.received.Name()) }

// result is what became of a trip's blocks.
type result struct {
	trip
	translated int // the acquirer got a block for the issuer
	right      int // the issuer found the PIN right
	wrong      int // and wrong against another PVV
	err        error
	cannot     bool // err says that the device does not do this at all
}

// play sends PIN blocks this way, and stops at the first that does not arrive.
func (t trip) play(ctx context.Context, h *hsm.HSM, count int) result {
	r := result{trip: t}
	sides, err := newSides(ctx, h, t)
	for range count {
		if err == nil {
			err = sides.send(ctx, h, &r)
		}
	}
	if sides != nil {
		err = errors.Join(err, sides.remove(ctx, h))
	}
	r.err = err
	r.cannot = errors.Is(err, errors.ErrUnsupported) || errors.Is(err, hsm.ErrExposure)
	return r
}

// passed reports whether all blocks came through.
func (r *result) passed(count int) bool {
	return r.err == nil && r.translated == count && r.right == count && r.wrong == count
}
