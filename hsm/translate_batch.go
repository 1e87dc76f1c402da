package hsm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
)

// TranslatePINs is [HSM.TranslatePIN] for many blocks under one pair of keys. A fault
// in one block is that block's alone, in the [Results]; the error is for what concerns
// them all: policy, keys, the device.
func (h *HSM) TranslatePINs(ctx context.Context, b Batch) (Results, error) {
	start := h.started()
	results, key, err := h.translateAll(ctx, &b)
	return results, h.done(ctx, OpTranslate, key, b.Len(), start, err)
}

func (h *HSM) translateAll(ctx context.Context, b *Batch) (_ Results, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return Results{}, "", err
	}
	if err := h.mayTranslate(&Translation{From: b.From, To: b.To, ToChipCard: b.ToChipCard}); err != nil {
		return Results{}, "", err
	}
	if err := b.check(); err != nil {
		return Results{}, "", err
	}
	to, err := h.pinKey(ctx, b.To)
	if err != nil {
		return Results{}, b.To.Key, err
	}
	defer release(to)
	from, apart, err := h.incoming(ctx, b)
	if err != nil {
		return Results{}, b.From.Key, err
	}
	if apart {
		results, err := h.translateApart(ctx, b, to)
		return results, "", err
	}
	defer release(from)
	if err := h.mayExpose(b.From.Format, b.To.Format, from, to); err != nil {
		return Results{}, "", err
	}
	results, err := h.translateTogether(ctx, b, from, to)
	return results, "", err
}

// incoming returns the key that the blocks of a batch are under, or that they are under
// keys of their own: those of transactions.
func (h *HSM) incoming(ctx context.Context, b *Batch) (from Key, apart bool, err error) {
	own := slices.ContainsFunc(b.KSNs, func(k dukpt.KSN) bool { return !k.IsZero() })
	if !own && !b.From.KSN.IsZero() { // one for all: the key is derived once
		from, err = h.pinKey(ctx, b.From)
		return from, false, err
	}
	from, err = h.key(ctx, b.From.Key, usagesIn)
	if err != nil {
		return nil, false, err
	}
	switch bdk := from.Info().Usage != keys.UsagePIN; {
	case bdk && !own && b.Len() > 0:
		return nil, false, errUsage(from.Info().Usage, usagesPIN)
	case bdk || own:
		return nil, true, nil
	}
	return from, false, b.From.fits(from)
}

// translateTogether has the device translate blocks that are under one key.
func (h *HSM) translateTogether(ctx context.Context, b *Batch, from, to Key) (Results, error) {
	if b.Len() == 0 {
		return Results{}, nil
	}
	d, ok := h.device.(BatchTranslator)
	if !ok {
		d = each{h.device}
	}
	blocks, faults, err := d.TranslatePINs(ctx, b.Into[:0], *b, from, to)
	if err == nil {
		err = checkAnswers(b, len(blocks), faults)
	}
	if err != nil {
		return Results{}, err
	}
	var told failures
	size := b.To.Format.BlockSize()
	for i := range faults {
		faults[i].Err = told.complete(faults[i].Err)
		clear(nth(blocks, size, faults[i].Index))
	}
	return Results{Blocks: blocks, Faults: faults, size: size}, nil
}

// checkAnswers returns an error unless a device has answered every block.
func checkAnswers(b *Batch, bytes int, faults []Fault) error {
	if err := checkFaults(faults, b.Len()); err != nil {
		return err
	}
	if bytes != b.Len()*b.To.Format.BlockSize() {
		return &Error{Err: ErrDevice, Hint: fmt.Sprintf("it gave %d bytes for %d blocks", bytes, b.Len())}
	}
	return nil
}

// checkFaults returns an error unless faults are those of n blocks, in order.
func checkFaults(faults []Fault, n int) error {
	last := -1
	for _, f := range faults {
		if f.Index <= last || f.Index >= n || f.Err == nil {
			return &Error{Err: ErrDevice, Hint: "it told of a fault in a block that it was not given"}
		}
		last = f.Index
	}
	return nil
}

// TranslateEach translates a batch on a device that is no [BatchTranslator], block by
// block, and answers as one. That the device went away, or cannot do this at all, is
// everybody's fault.
func TranslateEach(ctx context.Context, d Device, dst []byte, b Batch, from, to Key) (blocks []byte, faults []Fault, err error) {
	size := b.To.Format.BlockSize()
	for i := range b.Len() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		block, err := translateNth(ctx, d, &b, i, from, to)
		switch {
		case err == nil && len(block) != size:
			return nil, nil, errSize(block)
		case common(err), err != nil && ctx.Err() != nil:
			return nil, nil, err
		case err != nil:
			faults, block = append(faults, Fault{Index: i, Err: err}), make([]byte, size)
		}
		dst = append(dst, block...)
	}
	return dst, faults, nil
}

// errSize is returned where a device's block is not as long as its format has them.
func errSize(block []byte) error {
	return &Error{Err: ErrDevice, Hint: fmt.Sprintf("it gave a block of %d bytes", len(block))}
}

func translateNth(ctx context.Context, d Device, b *Batch, i int, from, to Key) ([]byte, error) {
	t := b.translation(i)
	if err := checkTranslation(&t); err != nil {
		return nil, err
	}
	return d.TranslatePIN(ctx, t, from, to)
}

// common reports whether every other block would have the same answer.
func common(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrClosed) || errors.Is(err, ErrExposure) || errors.Is(err, errors.ErrUnsupported)
}

// each is a device as a [BatchTranslator].
type each struct{ Device }

func (e each) TranslatePINs(ctx context.Context, dst []byte, b Batch, from, to Key) ([]byte, []Fault, error) {
	return TranslateEach(ctx, e.Device, dst, b, from, to)
}
