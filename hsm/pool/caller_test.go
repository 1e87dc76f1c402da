package pool_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

var (
	errAnswer = errors.New("a wrong answer")
	account   = "4111111111111111"
)

// caller is somebody with PINs of his own. His methods return errAnswer if he gets what
// is not his.
type caller struct {
	zpk, to, pvk keys.Key
	pan          pinblock.PAN
	pin          pinblock.PIN
	block        []byte
	ref          []byte
}

func newCaller(t testing.TB, pin string) *caller {
	t.Helper()
	c := &caller{zpk: parse(t, keys.TDES2, keys.UsagePIN, zpkHex), to: parse(t, keys.TDES2, keys.UsagePIN, toHex),
		pvk: parse(t, keys.TDES2, keys.UsageVisaPVV, pvkHex)}
	var err error
	c.pan, err = pinblock.ParsePAN(account)
	require.NoError(t, err)
	c.pin, err = pinblock.ParsePIN(pin)
	require.NoError(t, err)
	ctx := context.Background()
	c.block, err = pinblock.Seal(ctx, nil, c.zpk, pinblock.ISO0, c.pin, c.pan)
	require.NoError(t, err)
	c.ref, err = pinverify.VisaPVV{Index: 1}.Reference(ctx, c.pvk, c.pin, c.pan)
	require.NoError(t, err)
	return c
}

var zone = hsm.PINKey{Key: "zpk", Format: pinblock.ISO0}

func (c *caller) translation() hsm.Translation {
	return hsm.Translation{Block: c.block, PAN: c.pan, From: zone, To: hsm.PINKey{Key: "to", Format: pinblock.ISO3}}
}

func (c *caller) translate(ctx context.Context, h *hsm.HSM) error {
	block, err := h.TranslatePIN(ctx, c.translation())
	if err != nil {
		return err
	}
	return c.mine(ctx, c.to, pinblock.ISO3, block)
}

func (c *caller) mine(ctx context.Context, k keys.Key, f pinblock.Format, block []byte) error {
	pin, err := pinblock.Open(ctx, k, f, block, c.pan)
	if err != nil || !pin.Equal(c.pin) {
		return errAnswer
	}
	return nil
}

func (c *caller) batch(ctx context.Context, h *hsm.HSM) error {
	results, err := h.TranslatePINs(ctx, hsm.Batch{From: zone, To: hsm.PINKey{Key: "to", Format: pinblock.ISO3},
		Blocks: bytes.Repeat(c.block, 3), PANs: []pinblock.PAN{c.pan, {}, c.pan}})
	if err != nil {
		return err
	}
	if _, err := results.Block(1); results.Len() != 3 || err == nil {
		return errAnswer
	}
	for _, i := range []int{0, 2} {
		block, err := results.Block(i)
		if err != nil {
			return err
		}
		if err := c.mine(ctx, c.to, pinblock.ISO3, block); err != nil {
			return err
		}
	}
	return nil
}

func (c *caller) verify(ctx context.Context, h *hsm.HSM) error {
	v := hsm.Verification{Block: c.block, PAN: c.pan, From: zone, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk", Reference: c.ref}
	if err := h.VerifyPIN(ctx, v); err != nil {
		return err
	}
	v.Reference = []byte{(c.ref[0]-'0'+1)%10 + '0', c.ref[1], c.ref[2], c.ref[3]}
	switch err := h.VerifyPIN(ctx, v); {
	case err == nil:
		return errAnswer
	case errors.Is(err, hsm.ErrWrongPIN):
		return nil
	default:
		return err
	}
}

func (c *caller) reference(ctx context.Context, h *hsm.HSM) error {
	ref, err := h.PINReference(ctx, hsm.Reference{Block: c.block, PAN: c.pan, From: zone, Method: pinverify.VisaPVV{Index: 1}, MethodKey: "pvk"})
	if err == nil && string(ref) != string(c.ref) {
		err = errAnswer
	}
	return err
}

func (c *caller) generate(ctx context.Context, h *hsm.HSM) error {
	m := pinverify.VisaPVV{Index: 1}
	g, err := h.GeneratePIN(ctx, hsm.Generation{PAN: c.pan, To: zone, Method: m, MethodKey: "pvk"})
	if err != nil {
		return err
	}
	pin, err := pinblock.Open(ctx, c.zpk, pinblock.ISO0, g.Block, c.pan)
	if err != nil {
		return errAnswer
	}
	if ref, err := m.Reference(ctx, c.pvk, pin, c.pan); err != nil || string(ref) != string(g.Reference) {
		return errAnswer
	}
	return nil
}

// all are the operations of a caller.
func (c *caller) all() []func(context.Context, *hsm.HSM) error {
	return []func(context.Context, *hsm.HSM) error{c.translate, c.verify, c.batch, c.reference, c.generate}
}
