//go:build cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// most is how many blocks of a batch are one operation: if the token goes away in
// the middle, what was done before is not done again.
const most = 4 * maxBlocks

// TranslatePINs implements [hsm.BatchTranslator].
func (d *Device) TranslatePINs(ctx context.Context, dst []byte, batch hsm.Batch, from, to hsm.Key) ([]byte, []hsm.Fault, error) {
	f, k, err := d.keysOf(from, to)
	if err != nil {
		return nil, nil, err
	}
	onToken := d.onToken(hsm.Work{Op: hsm.OpTranslate, From: batch.From.Format, To: batch.To.Format, FromKey: from, ToKey: to})
	// A call that is abandoned still reads what it was given, and writes.
	blocks, pans := bytes.Clone(batch.Blocks), slices.Clone(batch.PANs)
	var faults []hsm.Fault
	size := batch.From.Format.BlockSize()
	for first := 0; first < len(pans); first += most {
		n := min(most, len(pans)-first)
		part := hsm.Batch{From: batch.From, To: batch.To, Blocks: blocks[size*first:][:size*n], PANs: pans[first:][:n]}
		made, err := work(ctx, d, f.info.Label, true, func(b *bench) (some, error) {
			if onToken {
				return b.translateAll(&part, f, k)
			}
			made, faults, err := hsm.Arithmetic{}.TranslatePINs(b.ctx, nil, part, b.bind(f), b.bind(k))
			return some{made, faults}, err
		})
		if err != nil {
			return nil, nil, err
		}
		dst = append(dst, made.blocks...)
		for _, fault := range made.faults {
			faults = append(faults, hsm.Fault{Index: first + fault.Index, Err: fault.Err})
		}
	}
	return dst, faults, nil
}

// some is the answers to a part of a batch.
type some struct {
	blocks []byte
	faults []hsm.Fault
}

// translateAll translates blocks on the token. What is wrong with one of them is
// that one's affair; what is wrong with the token, or that nobody waits any more, is
// everybody's.
func (b *bench) translateAll(batch *hsm.Batch, from, to *key) (some, error) {
	source, target, err := b.wrappers(from, to)
	if err != nil {
		return some{}, err
	}
	size := batch.To.Format.BlockSize()
	made := some{blocks: make([]byte, 0, size*batch.Len())}
	for i := range batch.Len() {
		if err := b.ctx.Err(); err != nil {
			return some{}, err
		}
		it := batch.Item(i)
		t := hsm.Translation{Block: it.Block, PAN: it.PAN, From: batch.From, To: batch.To}
		block, err := b.translateOne(&t, source, target)
		// That an object was not destroyed is seen to when the session is closed.
		its := errors.Is(err, pinblock.ErrBlock) || errors.Is(err, pinblock.ErrPANLength)
		if err != nil && !its && (b.broken || b.ctx.Err() != nil) {
			return some{}, err
		}
		if err != nil {
			made.faults, block = append(made.faults, hsm.Fault{Index: i, Err: err}), make([]byte, size)
		}
		made.blocks = append(made.blocks, block...)
	}
	return made, nil
}
