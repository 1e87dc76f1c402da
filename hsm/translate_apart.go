package hsm

import (
	"cmp"
	"context"
	"slices"
)

// answers is what is known so far of a batch whose blocks are answered in any order.
type answers struct {
	Results
	known []bool
}

func newAnswers(b *Batch) *answers {
	size := b.To.Format.BlockSize()
	n := b.Len() * size
	blocks := slices.Grow(b.Into[:0], n)[:n]
	clear(blocks)
	return &answers{Results: Results{Blocks: blocks, size: size}, known: make([]bool, b.Len())}
}

// block keeps the new block of place i.
func (a *answers) block(i int, block []byte) {
	copy(nth(a.Blocks, a.size, i), block)
	a.known[i] = true
}

// fault keeps what was wrong with place i.
func (a *answers) fault(i int, err error) {
	a.Faults = append(a.Faults, Fault{Index: i, Err: err})
	a.known[i] = true
}

// translateApart translates blocks of which no two have the same key: side by side
// where the device can, and else one by one.
func (h *HSM) translateApart(ctx context.Context, b *Batch, to Key) (Results, error) {
	a := newAnswers(b)
	for first := 0; first < b.Len(); first += atOnce {
		end := min(first+atOnce, b.Len())
		h.translateLanes(ctx, b, first, end, to, a)
		if err := h.translateRest(ctx, b, first, end, to, a); err != nil {
			return Results{}, err
		}
	}
	slices.SortFunc(a.Faults, func(x, y Fault) int { return cmp.Compare(x.Index, y.Index) })
	return a.Results, nil
}

// translateRest translates the blocks from first to end that have no answer yet, one
// by one.
func (h *HSM) translateRest(ctx context.Context, b *Batch, first, end int, to Key, a *answers) error {
	for i := first; i < end; i++ {
		if a.known[i] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		block, err := h.translateAlone(ctx, b.translation(i), to)
		switch {
		case common(err), err != nil && ctx.Err() != nil:
			return err
		case err != nil:
			a.fault(i, fail(OpTranslate, b.From.Key, err))
		case len(block) != a.size:
			return errSize(block)
		default:
			a.block(i, block)
		}
	}
	return nil
}

// translateAlone is [HSM.TranslatePIN] where the outgoing key was found.
func (h *HSM) translateAlone(ctx context.Context, t Translation, to Key) ([]byte, error) {
	if err := checkTranslation(&t); err != nil {
		return nil, err
	}
	from, err := h.pinKey(ctx, t.From)
	if err != nil {
		return nil, err
	}
	defer release(from)
	if err := h.mayExpose(t.From.Format, t.To.Format, from, to); err != nil {
		return nil, err
	}
	return h.device.TranslatePIN(ctx, t, from, to)
}
