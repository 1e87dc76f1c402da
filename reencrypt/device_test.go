package reencrypt_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
)

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// counting counts what a device is given, and can make it fail.
type counting struct {
	*soft.Device
	blocks atomic.Int64
	fail   func(call int64) error // nil, or asked before each call
	calls  atomic.Int64
}

func (c *counting) wrap(d hsm.Device) hsm.Device {
	c.Device = d.(*soft.Device)
	return c
}

func (c *counting) TranslatePINs(ctx context.Context, dst []byte, b hsm.Batch, from, to hsm.Key) ([]byte, []hsm.Fault, error) {
	n := c.calls.Add(1)
	if c.fail != nil {
		if err := c.fail(n); err != nil {
			return nil, nil, err
		}
	}
	c.blocks.Add(int64(len(b.PANs)))
	return c.Device.TranslatePINs(ctx, dst, b, from, to)
}
