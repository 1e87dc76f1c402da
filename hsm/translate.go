package hsm

import (
	"context"

	"github.com/pinion-hsm/pinion/pinblock"
)

// TranslatePIN re-encrypts a PIN block for another key, and if asked another
// format, for the same PAN. The keys are PIN encryption keys (usage P0) or, with a KSN,
// those that DUKPT derives them from (B0, B1).
//
// A block that does not open, and a PIN that the outgoing format does not hold, are
// [ErrBlock]. Other errors are about the request, [ErrPolicy], [ErrExposure],
// [ErrKeyUsage] and [ErrKeyNotFound], or the device's.
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
	if err := checkTranslation(t); err != nil {
		return nil, "", err
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

func checkFormats(formats ...pinblock.Format) error {
	for _, f := range formats {
		if !f.Valid() {
			return pinblock.ErrFormat
		}
	}
	return nil
}

// checkTranslation returns what is wrong with a block and its account.
func checkTranslation(t *Translation) error {
	if err := checkBlock(t.From.Format, t.Block, t.PAN); err != nil {
		return fail(OpTranslate, t.From.Key, err)
	}
	if err := checkPAN(t.To.Format, t.PAN); err != nil {
		return fail(OpTranslate, t.To.Key, err)
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
