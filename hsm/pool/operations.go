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
func (p *Pool) TranslatePINs(ctx context.Context, dst []byte, b hsm.Batch, from, to hsm.Key) (blocks []byte, faults []hsm.Fault, err error) {
	w := hsm.Work{Op: hsm.OpTranslate, From: b.From.Format, To: b.To.Format, FromKey: from, ToKey: to}
	err = p.do(ctx, w, func(ctx context.Context, m *member, w hsm.Work) (err error) {
		if d, ok := m.device.(hsm.BatchTranslator); ok {
			blocks, faults, err = d.TranslatePINs(ctx, dst, b, w.FromKey, w.ToKey)
		} else {
			blocks, faults, err = hsm.TranslateEach(ctx, m.device, dst, b, w.FromKey, w.ToKey)
		}
		if err == nil {
			err = away(faults)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return blocks, faults, nil
}

// away returns the error of a block that says that the device went away in the middle
// of a batch: the whole of it can be had from another one.
func away(faults []hsm.Fault) error {
	for _, f := range faults {
		if errors.Is(f.Err, hsm.ErrUnavailable) || errors.Is(f.Err, hsm.ErrClosed) {
			return f.Err
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
