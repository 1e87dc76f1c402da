package main

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The labels of the keys on the device.
const (
	bdkLabel  = "harness-bdk"
	zoneLabel = "harness-zone"
	pvkLabel  = "harness-pvk"
)

// method is how the issuer verifies.
var method = pinverify.VisaPVV{Index: 1}

// sides are who takes part: the terminal, which is software, and what acquirer and
// issuer have on the device. The PVK is here too, to know what the device must say.
type sides struct {
	trip
	terminal *dukpt.Terminal
	pvk      keys.Key
	labels   []string // of the keys that were put on the device
}

// newSides makes random keys for a trip. The sides are not nil if there is anything
// to be removed.
func newSides(ctx context.Context, h *hsm.HSM, t trip) (*sides, error) {
	s := &sides{trip: t}
	bdk, err := s.put(ctx, h, bdkLabel, t.bdk, keys.UsageBDK)
	if err == nil {
		_, err = s.put(ctx, h, zoneLabel, t.zone, keys.UsagePIN)
	}
	if err == nil {
		s.pvk, err = s.put(ctx, h, pvkLabel, keys.TDES2, keys.UsageVisaPVV)
	}
	if err != nil {
		return s, err
	}
	ksn, err := dukpt.ParseKSN(t.ksn)
	if err != nil {
		return s, err
	}
	initial, err := dukpt.InitialKey(bdk, ksn)
	if err != nil {
		return s, err
	}
	s.terminal, err = dukpt.NewTerminal(initial, ksn)
	return s, err
}

// put makes a key and gives the device a copy that ends with it.
func (s *sides) put(ctx context.Context, h *hsm.HSM, label string, a keys.Algorithm, u keys.Usage) (keys.Key, error) {
	k, err := keys.Generate(a, u)
	if err != nil {
		return k, err
	}
	if _, err = h.ImportKey(ctx, hsm.KeySpec{Label: label, Ephemeral: true}, k); err == nil {
		s.labels = append(s.labels, label)
	}
	return k, err
}

// remove takes the keys off the device, so that the next trip can have its own.
func (s *sides) remove(ctx context.Context, h *hsm.HSM) error {
	var errs []error
	for _, label := range s.labels {
		errs = append(errs, h.DeleteKey(ctx, label))
	}
	return errors.Join(errs...)
}
