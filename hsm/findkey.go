package hsm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

var (
	// usagesPIN are the usages of a key that enciphers PIN blocks.
	usagesPIN = []keys.Usage{keys.UsagePIN}
	// usagesBDK are those of a key that PIN keys are derived from.
	usagesBDK = []keys.Usage{keys.UsageBDK, keys.UsageInitialKey}
	// usagesIn are those of a key that blocks may come in under.
	usagesIn = slices.Concat(usagesPIN, usagesBDK)
)

// pinKey finds the key of a PIN block, or derives it. The caller releases it.
func (h *HSM) pinKey(ctx context.Context, k PINKey) (Key, error) {
	if !k.KSN.IsZero() {
		return h.derive(ctx, k)
	}
	key, err := h.key(ctx, k.Key, usagesPIN)
	if err != nil {
		return nil, err
	}
	return key, k.fits(key)
}

// fits returns an error unless a key enciphers blocks of the format.
func (k PINKey) fits(key Key) error {
	if key.Info().Algorithm.BlockSize() != k.Format.BlockSize() {
		return pinblock.ErrKeySize
	}
	return nil
}

// derive derives the key of a PIN block from a BDK.
func (h *HSM) derive(ctx context.Context, k PINKey) (Key, error) {
	if err := k.KSN.Check(); err != nil {
		return nil, err
	}
	bdk, err := h.key(ctx, k.Key, usagesBDK)
	if err != nil {
		return nil, err
	}
	a, err := k.derived(bdk)
	if err != nil {
		return nil, err
	}
	d, ok := h.device.(Deriver)
	if !ok {
		return nil, fmt.Errorf("hsm: %s does not derive DUKPT keys: %w", h.device.Name(), errors.ErrUnsupported)
	}
	return d.DerivePINKey(ctx, bdk, k.KSN, a)
}

// derived returns the algorithm of a PIN key that is derived from bdk.
func (k PINKey) derived(bdk Key) (keys.Algorithm, error) {
	a := k.Algorithm
	if a == 0 {
		a = bdk.Info().Algorithm
		if k.Format.BlockSize() == 8 {
			a = keys.TDES2
		}
	}
	if a.BlockSize() != k.Format.BlockSize() {
		return 0, pinblock.ErrKeySize
	}
	return a, nil
}

// release gives back what a key holds, if anything.
func release(k Key) {
	if r, ok := k.(Releaser); ok {
		r.Release()
	}
}

// key finds a key and holds it to its usage.
func (h *HSM) key(ctx context.Context, ref string, usages []keys.Usage) (Key, error) {
	if ref == "" {
		return nil, &Error{Err: ErrKeyNotFound, Hint: "no key was named"}
	}
	key, err := h.device.FindKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	if u := key.Info().Usage; !slices.Contains(usages, u) {
		return nil, errUsage(u, usages)
	}
	return key, nil
}

func errUsage(has keys.Usage, needs []keys.Usage) error {
	hint := fmt.Sprintf("the key has usage %s, and this needs %v", has, needs)
	switch {
	case has == "":
		hint = fmt.Sprintf("the device does not know the key's usage, and this needs %v", needs)
	case slices.Contains(usagesBDK, has) && slices.Contains(needs, keys.UsagePIN):
		hint += "; with the KSN of the block, a PIN key is derived from it"
	}
	return &Error{Err: ErrKeyUsage, Hint: hint}
}
