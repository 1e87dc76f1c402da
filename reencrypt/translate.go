package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
)

// translate has the device translate the good rows.
func (c *Converter) translate(ctx context.Context, b *batch) error {
	switch {
	case len(b.good) == 0:
		return nil
	case c.toBDK:
		return c.oneByOne(ctx, b)
	}
	return c.together(ctx, b)
}

// together translates blocks that have one outgoing key, where they lie.
func (c *Converter) together(ctx context.Context, b *batch) error {
	all := c.batch()
	all.Blocks, all.PANs, all.Into = b.blocks, b.pans, b.fresh
	if c.fromBDK {
		all.KSNs = b.ksns
	}
	results, err := c.hsm.TranslatePINs(ctx, all)
	if err != nil {
		return err
	}
	b.fresh = results.Blocks
	for _, f := range results.Faults {
		if err := c.settle(ctx, b, f.Index, nil, f.Err); err != nil {
			return err
		}
	}
	return nil
}

// oneByOne translates blocks that have each an outgoing key of their own.
func (c *Converter) oneByOne(ctx context.Context, b *batch) error {
	n := len(b.good) * c.job.To.Format.BlockSize()
	b.fresh = slices.Grow(b.fresh, n)[:n]
	for slot := range b.good {
		block, err := c.one(ctx, b, slot)
		if err := c.settle(ctx, b, slot, block, err); err != nil {
			return err
		}
	}
	return nil
}

func (c *Converter) one(ctx context.Context, b *batch, slot int) ([]byte, error) {
	r := b.row(slot)
	t := hsm.Translation{Block: b.block(slot), PAN: r.pan, From: c.job.From, To: c.job.To, ToChipCard: c.job.ToChipCard}
	t.From.KSN, t.To.KSN = r.ksn, r.toKSN
	return c.hsm.TranslatePIN(ctx, t)
}

// settle keeps the answer to one block. An error that is not that block's is
// returned.
func (c *Converter) settle(ctx context.Context, b *batch, slot int, block []byte, err error) error {
	if errors.Is(err, hsm.ErrDevice) { // is it this block, or was it the moment?
		block, err = c.one(ctx, b, slot)
	}
	size := c.job.To.Format.BlockSize()
	if err == nil && len(block) != size {
		return &hsm.Error{Op: hsm.OpTranslate, Err: hsm.ErrDevice, Hint: fmt.Sprintf("it gave a block of %d bytes", len(block))}
	}
	if err == nil {
		copy(b.fresh[slot*size:], block)
		return nil
	}
	if b.row(slot).reason = reasonOf(err); b.row(slot).reason == "" {
		return err
	}
	return nil
}
