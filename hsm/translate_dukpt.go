package hsm

import (
	"context"
	"errors"
)

// translateDUKPT translates blocks of which no two have the same key: side by side
// where the device can, and else one by one.
func (h *HSM) translateDUKPT(ctx context.Context, b Batch, to Key) ([]Result, error) {
	results := make([]Result, len(b.Items))
	for items, rest := b.Items, results; len(items) > 0; {
		n := min(atOnce, len(items))
		b.Items = items[:n]
		h.translateLanes(ctx, b, to, rest[:n])
		if err := h.translateEachDUKPT(ctx, b, to, rest[:n]); err != nil {
			return nil, err
		}
		items, rest = items[n:], rest[n:]
	}
	return results, nil
}

// translateEachDUKPT translates the items that have no result yet, one by one.
func (h *HSM) translateEachDUKPT(ctx context.Context, b Batch, to Key, results []Result) error {
	for i, it := range b.Items {
		if results[i].Block != nil || results[i].Err != nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if results[i].Err = checkItem(b, it); results[i].Err != nil {
			continue
		}
		block, err := h.translateItem(ctx, b, it, to)
		if errors.Is(err, ErrUnavailable) || errors.Is(err, ErrClosed) {
			return err // every other block would have the same answer
		}
		if err != nil {
			err = fail(OpTranslate, b.From.Key, err)
		}
		results[i] = Result{block, err}
	}
	return nil
}

func (h *HSM) translateItem(ctx context.Context, b Batch, it Item, to Key) ([]byte, error) {
	t := Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To, ToChipCard: b.ToChipCard}
	t.From.KSN = it.KSN
	from, err := h.pinKey(ctx, t.From)
	if err != nil {
		return nil, err
	}
	defer release(from)
	if err := h.mayExpose(b.From.Format, b.To.Format, from, to); err != nil {
		return nil, err
	}
	return h.device.TranslatePIN(ctx, t, from, to)
}
