package pool

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
)

// TranslatePIN implements [hsm.Device].
func (p *Pool) TranslatePIN(ctx context.Context, t hsm.Translation, from, to hsm.Key) (block []byte, err error) {
	w := hsm.Work{Op: hsm.OpTranslate, From: t.From.Format, To: t.To.Format, FromKey: from, ToKey: to}
	err = p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		block, err = m.device.TranslatePIN(ctx, t, w.FromKey, w.ToKey)
		return err
	})
	if err != nil {
		return nil, err
	}
	return block, nil
}

// TranslatePINs implements [hsm.BatchTranslator]. A batch is done by one member.
func (p *Pool) TranslatePINs(ctx context.Context, b hsm.Batch, from, to hsm.Key) (results []hsm.Result, err error) {
	w := hsm.Work{Op: hsm.OpTranslate, From: b.From.Format, To: b.To.Format, FromKey: from, ToKey: to}
	err = p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		if d, ok := m.device.(hsm.BatchTranslator); ok {
			results, err = d.TranslatePINs(ctx, b, w.FromKey, w.ToKey)
		} else {
			results, err = oneByOne(ctx, m.device, b, w.FromKey, w.ToKey)
		}
		if err == nil {
			err = away(results)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// oneByOne is a batch for a device that has none.
func oneByOne(ctx context.Context, d hsm.Device, b hsm.Batch, from, to hsm.Key) ([]hsm.Result, error) {
	results := make([]hsm.Result, len(b.Items))
	for i, it := range b.Items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r := &results[i]
		r.Block, r.Err = d.TranslatePIN(ctx, hsm.Translation{Block: it.Block, PAN: it.PAN, From: b.From, To: b.To, ToChipCard: b.ToChipCard}, from, to)
		if err := away(results[i : i+1]); err != nil {
			return nil, err // the others would have the same answer
		}
	}
	return results, nil
}

// away returns the error of an item that says that the device went away in the middle
// of a batch: the whole of it can be had from another one.
func away(results []hsm.Result) error {
	for _, r := range results {
		if r.Err != nil && (errors.Is(r.Err, hsm.ErrUnavailable) || errors.Is(r.Err, hsm.ErrClosed)) {
			return r.Err
		}
	}
	return nil
}

// VerifyPIN implements [hsm.Device].
func (p *Pool) VerifyPIN(ctx context.Context, v hsm.Verification, from, method hsm.Key) error {
	w := hsm.Work{Op: hsm.OpVerify, Method: v.Method, From: v.From.Format, FromKey: from, MethodKey: method}
	return p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) error {
		return m.device.VerifyPIN(ctx, v, w.FromKey, w.MethodKey)
	})
}

// PINReference implements [hsm.Device].
func (p *Pool) PINReference(ctx context.Context, r hsm.Reference, from, method hsm.Key) (ref []byte, err error) {
	w := hsm.Work{Op: hsm.OpReference, Method: r.Method, From: r.From.Format, Rules: r.Rules, FromKey: from, MethodKey: method}
	err = p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		ref, err = m.device.PINReference(ctx, r, w.FromKey, w.MethodKey)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ref, nil
}

// GeneratePIN implements [hsm.Device].
func (p *Pool) GeneratePIN(ctx context.Context, g hsm.Generation, to, method hsm.Key) (made hsm.Generated, err error) {
	w := hsm.Work{Op: hsm.OpGenerate, Method: g.Method, To: g.To.Format, Rules: g.Rules, ToKey: to, MethodKey: method}
	err = p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		made, err = m.device.GeneratePIN(ctx, g, w.ToKey, w.MethodKey)
		return err
	})
	if err != nil {
		return hsm.Generated{}, err
	}
	return made, nil
}
