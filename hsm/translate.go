package hsm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// TranslatePIN re-encrypts a PIN block for another key, and if asked another
// format, for the same PAN. The keys are PIN encryption keys (usage P0).
func (h *HSM) TranslatePIN(ctx context.Context, t Translation) ([]byte, error) {
	start := h.started()
	block, key, err := h.translate(ctx, &t)
	return block, h.done(ctx, OpTranslate, key, 1, start, err)
}

func (h *HSM) translate(ctx context.Context, t *Translation) (block []byte, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return nil, "", err
	}
	if err := h.mayTranslate(t); err != nil {
		return nil, "", err
	}
	if err := checkBlock(t.From.Format, t.Block, t.PAN); err != nil {
		return nil, t.From.Key, err
	}
	if err := checkPAN(t.To.Format, t.PAN); err != nil {
		return nil, t.To.Key, err
	}
	from, err := h.pinKey(ctx, t.From)
	if err != nil {
		return nil, t.From.Key, err
	}
	defer release(from)
	to, err := h.pinKey(ctx, t.To)
	if err != nil {
		return nil, t.To.Key, err
	}
	defer release(to)
	if err := h.mayExpose(t.From.Format, t.To.Format, from, to); err != nil {
		return nil, "", err
	}
	block, err = h.device.TranslatePIN(ctx, *t, from, to)
	return block, "", err
}

// mayTranslate checks what depends on neither the block nor the keys: formats,
// policy, and the exposure at its best.
func (h *HSM) mayTranslate(t *Translation) error {
	if err := checkFormats(t.From.Format, t.To.Format); err != nil {
		return err
	}
	if err := h.policy.check(t); err != nil {
		return err
	}
	return h.mayAsk(Work{Op: OpTranslate, From: t.From.Format, To: t.To.Format})
}

// mayExpose checks the exposure of a translation.
func (h *HSM) mayExpose(from, to pinblock.Format, fromKey, toKey Key) error {
	return h.exposed(Work{Op: OpTranslate, From: from, To: to, FromKey: fromKey, ToKey: toKey})
}

// TranslatePINs is TranslatePIN for many blocks under one pair of keys. A fault
// in one block is that block's alone, in its [Result]; the error is for what
// concerns them all: policy, keys, the device.
func (h *HSM) TranslatePINs(ctx context.Context, b Batch) ([]Result, error) {
	start := h.started()
	results, key, err := h.translateAll(ctx, b)
	return results, h.done(ctx, OpTranslate, key, len(b.Items), start, err)
}

func (h *HSM) translateAll(ctx context.Context, b Batch) (_ []Result, key string, err error) {
	if err := h.ready(ctx); err != nil {
		return nil, "", err
	}
	if err := h.mayTranslate(&Translation{From: b.From, To: b.To, ToChipCard: b.ToChipCard}); err != nil {
		return nil, "", err
	}
	to, err := h.pinKey(ctx, b.To)
	if err != nil {
		return nil, b.To.Key, err
	}
	defer release(to)
	bdk, err := h.isBDK(ctx, b)
	if err != nil {
		return nil, b.From.Key, err
	}
	if bdk {
		results, err := h.translateDUKPT(ctx, b, to)
		return results, "", err
	}
	from, err := h.pinKey(ctx, b.From)
	if err != nil {
		return nil, b.From.Key, err
	}
	defer release(from)
	if err := h.mayExpose(b.From.Format, b.To.Format, from, to); err != nil {
		return nil, "", err
	}
	results, err := h.translateGood(ctx, b, from, to)
	return results, "", err
}

// translateGood has the device translate the items that are well formed.
func (h *HSM) translateGood(ctx context.Context, b Batch, from, to Key) ([]Result, error) {
	bad := map[int]error{}
	size, digits := b.From.Format.BlockSize(), max(b.From.Format.MinPANLength(), b.To.Format.MinPANLength())
	for i := range b.Items {
		it := &b.Items[i]
		switch {
		case len(it.Block) != size || it.PAN.Len() < digits:
			bad[i] = checkItem(b, *it)
		case !it.KSN.IsZero():
			bad[i] = fail(OpTranslate, b.From.Key, &Error{Err: ErrKeyUsage, Hint: "a KSN was given, and the key is no BDK"})
		}
	}
	if len(bad) == 0 {
		return h.batch(ctx, b, from, to)
	}
	items := b.Items
	b.Items = make([]Item, 0, len(items)-len(bad))
	for i, it := range items {
		if bad[i] == nil {
			b.Items = append(b.Items, it)
		}
	}
	answers, err := h.batch(ctx, b, from, to)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(items))
	for i := range results {
		if results[i].Err = bad[i]; bad[i] == nil {
			results[i], answers = answers[0], answers[1:]
		}
	}
	return results, nil
}

// isBDK reports whether the incoming key of a batch is one that every block's
// own key is derived from.
func (h *HSM) isBDK(ctx context.Context, b Batch) (bool, error) {
	if !b.From.KSN.IsZero() {
		return false, nil // one KSN for all: the key is derived once
	}
	key, err := h.key(ctx, b.From.Key, slices.Concat(usagesPIN, usagesBDK))
	if err != nil {
		return false, err
	}
	return key.Info().Usage != keys.UsagePIN, nil
}

// checkItem returns what is wrong with an item's input.
func checkItem(b Batch, it Item) error {
	if err := checkBlock(b.From.Format, it.Block, it.PAN); err != nil {
		return fail(OpTranslate, b.From.Key, err)
	}
	if err := checkPAN(b.To.Format, it.PAN); err != nil {
		return fail(OpTranslate, b.To.Key, err)
	}
	return nil
}

// batch has the device translate the blocks, in one call if it can.
func (h *HSM) batch(ctx context.Context, b Batch, from, to Key) ([]Result, error) {
	if len(b.Items) == 0 {
		return []Result{}, nil
	}
	results, err := h.translateEach(ctx, b, from, to)
	if err != nil {
		return nil, err
	}
	if len(results) != len(b.Items) {
		return nil, &Error{Err: ErrDevice, Hint: fmt.Sprintf("it gave %d answers to %d blocks", len(results), len(b.Items))}
	}
	var told failures
	for i := range results {
		if results[i].Err != nil {
			results[i].Err = told.complete(results[i].Err)
		}
	}
	return results, nil
}

func (h *HSM) translateEach(ctx context.Context, b Batch, from, to Key) ([]Result, error) {
	if d, ok := h.device.(BatchTranslator); ok {
		return d.TranslatePINs(ctx, b, from, to)
	}
	results := make([]Result, len(b.Items))
	for i, it := range b.Items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		results[i].Block, results[i].Err = h.device.TranslatePIN(ctx,
			Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To, ToChipCard: b.ToChipCard}, from, to)
	}
	return results, nil
}

func checkFormats(formats ...pinblock.Format) error {
	for _, f := range formats {
		if !f.Valid() {
			return pinblock.ErrFormat
		}
	}
	return nil
}

func checkBlock(f pinblock.Format, block []byte, pan pinblock.PAN) error {
	if len(block) != f.BlockSize() {
		return pinblock.ErrBlockSize
	}
	return checkPAN(f, pan)
}

func checkPAN(f pinblock.Format, pan pinblock.PAN) error {
	if pan.Len() < f.MinPANLength() {
		return pinblock.ErrPANLength
	}
	return nil
}
