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
	size := c.job.To.Format.BlockSize()
	b.fresh = slices.Grow(b.fresh, len(b.good)*size)
	switch {
	case len(b.good) == 0:
		return nil
	case !c.fromBDK && !c.toBDK:
		return c.column(ctx, b)
	}
	b.fresh = b.fresh[:len(b.good)*size]
	if c.toBDK { // each block has an outgoing key of its own
		return c.oneByOne(ctx, b)
	}
	return c.items(ctx, b)
}

// column translates blocks that are all under one key, where they lie.
func (c *Converter) column(ctx context.Context, b *batch) error {
	fresh, faults, err := c.hsm.TranslateColumn(ctx, b.fresh, hsm.Column{
		From: c.job.From, To: c.job.To, Blocks: b.blocks, PANs: b.pans, ToChipCard: c.job.ToChipCard,
	})
	if err != nil {
		return err
	}
	b.fresh = fresh
	for _, f := range faults {
		if err := c.settle(ctx, b, f.Index, nil, f.Err); err != nil {
			return err
		}
	}
	return nil
}

// items translates blocks that have each an incoming key of their own.
func (c *Converter) items(ctx context.Context, b *batch) error {
	all := c.batch()
	for slot := range b.good {
		r := b.row(slot)
		all.Items = append(all.Items, hsm.Item{Block: b.block(slot), PAN: r.pan, KSN: r.ksn})
	}
	results, err := c.hsm.TranslatePINs(ctx, all)
	if err != nil {
		return err
	}
	for slot, res := range results {
		if err := c.settle(ctx, b, slot, res.Block, res.Err); err != nil {
			return err
		}
	}
	return nil
}

func (c *Converter) oneByOne(ctx context.Context, b *batch) error {
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
