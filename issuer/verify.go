package issuer

import (
	"bytes"
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// VerifyPIN says whether a PIN block, as it came in ISO 8583 field 52, holds the
// card's PIN: the result is OK, WrongPIN, Blocked or Unreadable. A wrong PIN uses
// up a try; a right one gives all tries back.
func (s *Service) VerifyPIN(ctx context.Context, token string, b PINBlock, q Request) (Outcome, error) {
	if err := s.transport(b.Key); err != nil {
		return Outcome{}, err
	}
	var judged verdict
	return s.submit(ctx, &job{action: "pin.verify", card: token, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			c, p, pan, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			r, err := w.try(ctx, &c, p, pan, b, &judged)
			if err != nil {
				return Outcome{}, err
			}
			return w.end(r, &c, p)
		}})
}

// verdict is what the HSM said of a block against a reference value. A
// transaction that is repeated does not ask again: for the HSM, and for whoever
// counts what it was asked, it is one try.
type verdict struct {
	reference []byte
	result    Result
}

// try verifies a block under the card's counter and moves it.
func (w *work) try(ctx context.Context, c *Card, p *Profile, pan pinblock.PAN, b PINBlock, judged *verdict) (Result, error) {
	if c.status(p).Blocked {
		return Blocked, nil
	}
	if judged.result == "" || !bytes.Equal(judged.reference, c.Reference) {
		r, err := w.judge(ctx, c, p, pan, b)
		if err != nil {
			return "", err
		}
		*judged = verdict{reference: c.Reference, result: r}
	}
	switch {
	case judged.result == WrongPIN:
		c.TriesUsed++
		w.update(*c)
	case judged.result == OK && c.TriesUsed > 0:
		c.TriesUsed = 0
		w.update(*c)
	}
	return judged.result, nil
}

// judge asks the HSM.
func (w *work) judge(ctx context.Context, c *Card, p *Profile, pan pinblock.PAN, b PINBlock) (Result, error) {
	wrong := false
	r, err := w.ask(ctx, func(ctx context.Context) error {
		err := w.s.hsm.VerifyPIN(ctx, hsm.Verification{
			Block: b.Block, PAN: pan, From: b.Key, Method: p.Method, MethodKey: p.MethodKey, Reference: c.Reference})
		if wrong = errors.Is(err, hsm.ErrWrongPIN); wrong {
			return nil
		}
		return err
	}, b.Key)
	if wrong {
		return WrongPIN, nil
	}
	return r, err
}
