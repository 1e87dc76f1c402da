package hsm

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
)

// Adopter is a device on which other software may have made keys that say nothing
// of what they are for.
type Adopter interface {
	// Adopt gives a key of the device its usage, for good.
	Adopt(ctx context.Context, label string, usage keys.Usage) (KeyInfo, error)
}

// Adopt gives a key that other software made on the device its usage, for good:
// without one, no operation takes it. The error is [errors.ErrUnsupported] for a
// device whose keys all have a usage, and [ErrKeyUsage] for a key that has another
// one already, or whose rights on the device contradict it.
func (h *HSM) Adopt(ctx context.Context, label string, usage keys.Usage) (KeyInfo, error) {
	info, err := h.adopt(ctx, label, usage)
	if err != nil {
		return KeyInfo{}, fail(OpKeys, label, err)
	}
	return info, nil
}

func (h *HSM) adopt(ctx context.Context, label string, usage keys.Usage) (KeyInfo, error) {
	if err := h.ready(ctx); err != nil {
		return KeyInfo{}, err
	}
	if !usage.Valid() {
		return KeyInfo{}, keys.ErrUnknownUsage
	}
	a, ok := h.device.(Adopter)
	if !ok {
		return KeyInfo{}, fmt.Errorf("hsm: every key of %s has its usage: %w", h.device.Name(), errors.ErrUnsupported)
	}
	return a.Adopt(ctx, label, usage)
}
