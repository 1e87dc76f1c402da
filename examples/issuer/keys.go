package main

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// shared are the keys that somebody else has too: in life they come as key blocks or
// components, here they are made for both sides.
type shared struct{ zpk, bdk keys.Key }

// makeKeys puts the keys of the host on the device. All are gone when it is closed.
func makeKeys(ctx context.Context, h *hsm.HSM) (s shared, err error) {
	for _, spec := range []hsm.KeySpec{
		{Label: "pvk", Algorithm: keys.TDES2, Usage: keys.UsageVisaPVV},
		{Label: "storage", Algorithm: keys.AES256, Usage: keys.UsagePIN}, // of blocks that are kept, and nobody else's
	} {
		spec.Ephemeral = true
		if _, err := h.GenerateKey(ctx, spec); err != nil {
			return s, err
		}
	}
	if s.zpk, err = keys.Generate(keys.TDES2, keys.UsagePIN); err != nil {
		return s, err
	}
	if s.bdk, err = keys.Generate(keys.AES128, keys.UsageBDK); err != nil {
		return s, err
	}
	for label, k := range map[string]keys.Key{"zpk": s.zpk, "bdk": s.bdk} {
		if _, err := h.ImportKey(ctx, hsm.KeySpec{Label: label, Ephemeral: true}, k); err != nil {
			return s, err
		}
	}
	return s, nil
}
