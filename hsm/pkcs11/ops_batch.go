//go:build cgo

package pkcs11

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// most is how many blocks of a batch are one operation: if the token goes away in
// the middle, what was done before is not done again.
const most = 4 * maxBlocks

// TranslatePINs implements [hsm.BatchTranslator].
func (d *Device) TranslatePINs(ctx context.Context, batch hsm.Batch, from, to hsm.Key) ([]hsm.Result, error) {
	f, k, err := d.keysOf(from, to)
	if err != nil {
		return nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpTranslate, From: batch.From.Format, To: batch.To.Format, FromKey: from, ToKey: to})
	items := cloneItems(batch.Items)
	results := make([]hsm.Result, 0, len(items))
	for len(items) > 0 {
		part := batch
		part.Items, items = items[:min(most, len(items))], items[min(most, len(items)):]
		some, err := work(ctx, d, f.info.Label, true, func(b *bench) ([]hsm.Result, error) {
			if onToken {
				return b.translateAll(&part, f, k)
			}
			return hsm.Arithmetic{}.TranslatePINs(b.ctx, part, b.bind(f), b.bind(k))
		})
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

// cloneItems copies items with their blocks: a call that is abandoned still reads
// them.
func cloneItems(items []hsm.Item) []hsm.Item {
	n := 0
	for _, it := range items {
		n += len(it.Block)
	}
	blocks, clones := make([]byte, 0, n), make([]hsm.Item, len(items))
	for i, it := range items {
		start := len(blocks)
		blocks = append(blocks, it.Block...)
		clones[i] = it
		clones[i].Block = blocks[start:len(blocks):len(blocks)]
	}
	return clones
}

// translateAll translates blocks on the token. What is wrong with one of them is
// that one's affair; what is wrong with the token, or that nobody waits any more, is
// everybody's.
func (b *bench) translateAll(batch *hsm.Batch, from, to *key) ([]hsm.Result, error) {
	source, target, err := b.wrappers(from, to)
	if err != nil {
		return nil, err
	}
	results := make([]hsm.Result, len(batch.Items))
	for i, it := range batch.Items {
		if err := b.ctx.Err(); err != nil {
			return nil, err
		}
		t := hsm.Translation{Block: it.Block, PAN: it.PAN, From: batch.From, To: batch.To}
		r := &results[i]
		r.Block, r.Err = b.translateOne(&t, source, target)
		// That an object was not destroyed is seen to when the session is closed.
		if r.Err != nil && b.broken && !errors.Is(r.Err, pinblock.ErrBlock) {
			return nil, r.Err
		}
	}
	return results, nil
}
