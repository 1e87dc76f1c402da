package issuer

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// ask has the HSM do one thing within its time, and says what an error means:
// see [refused]. It is not bound to the client, whose leaving must not undo a try
// that the HSM has judged. Where the HSM did not answer another job of the group,
// it is not asked: one outage costs a group one timeout.
func (w *work) ask(ctx context.Context, call func(context.Context) error, mine ...hsm.PINKey) (Result, error) {
	if w.g.down.Load() {
		return "", ErrHSM
	}
	ctx, cancel := context.WithTimeout(ctx, w.s.o.HSMTimeout)
	defer cancel()
	err := call(onBehalf{ctx, w.j.ctx})
	if err == nil {
		return OK, nil
	}
	if errors.Is(err, hsm.ErrUnavailable) || ctx.Err() != nil {
		w.g.down.Store(true)
	}
	return refused(err, mine...)
}

// onBehalf is the context of a call that is made for a request: it ends when the
// call must, and has the request's values, by which observers know its trace.
type onBehalf struct {
	context.Context
	request context.Context
}

// Value returns the request's value. What the contexts of this module's own calls
// have is their end alone.
func (c onBehalf) Value(key any) any { return c.request.Value(key) }

// known returns the card of the job, its profile, and the account number that
// its PIN blocks are bound to.
func (w *work) known() (Card, *Profile, pinblock.PAN, error) {
	if !w.view.exists {
		return Card{}, nil, pinblock.PAN{}, ErrNoCard
	}
	c := w.view.card
	p, err := w.s.of(&c)
	if err != nil {
		return Card{}, nil, pinblock.PAN{}, err
	}
	pan, err := w.s.account(&c)
	return c, p, pan, err
}

// end writes the audit log and returns the job's outcome.
func (w *work) end(r Result, c *Card, p *Profile) (Outcome, error) {
	w.event(r)
	return outcome(r, c, p), nil
}

// pin is what is kept of a PIN. The reference and the block are of one PIN, and
// are written together.
type pin struct{ reference, block []byte }

// keep returns what is to be kept of the PIN in a client's block, if the product
// takes it.
func (w *work) keep(ctx context.Context, p *Profile, pan pinblock.PAN, b PINBlock) (kept pin, r Result, err error) {
	r, err = w.ask(ctx, func(ctx context.Context) error {
		kept.reference, err = w.s.hsm.PINReference(ctx, hsm.Reference{
			Block: b.Block, PAN: pan, From: b.Key, Method: p.Method, MethodKey: p.MethodKey, Rules: p.Rules})
		return err
	}, b.Key)
	if err != nil || r != OK || !p.Reveal {
		return kept, r, err
	}
	r, err = w.ask(ctx, func(ctx context.Context) error {
		kept.block, err = w.s.hsm.TranslatePIN(ctx, hsm.Translation{Block: b.Block, PAN: pan, From: b.Key, To: w.s.storage})
		return err
	}, b.Key)
	return kept, r, err
}

// draw has the HSM draw a PIN.
func (w *work) draw(ctx context.Context, p *Profile, pan pinblock.PAN) (kept pin, err error) {
	r, err := w.ask(ctx, func(ctx context.Context) error {
		made, err := w.s.hsm.GeneratePIN(ctx, hsm.Generation{
			PAN: pan, Length: p.PINLength, To: w.s.storage, Method: p.Method, MethodKey: p.MethodKey, Rules: p.Rules})
		kept = pin{reference: made.Reference, block: made.Block}
		return err
	})
	switch {
	case err != nil:
		return pin{}, err
	case r != OK:
		return pin{}, ErrService // the HSM drew a PIN that its own rules refuse
	}
	if !p.Reveal {
		kept.block = nil
	}
	return kept, nil
}

// show returns the card's PIN as a block under another key.
func (w *work) show(ctx context.Context, c *Card, pan pinblock.PAN, to hsm.PINKey) (block []byte, err error) {
	r, err := w.ask(ctx, func(ctx context.Context) error {
		block, err = w.s.hsm.TranslatePIN(ctx, hsm.Translation{Block: c.Block, PAN: pan, From: w.s.storage, To: to})
		return err
	}, to)
	switch {
	case err != nil:
		return nil, err
	case r != OK: // the stored block does not open under the storage key
		return nil, ErrService
	}
	return block, nil
}

// set puts a PIN on the card.
func (w *work) set(c *Card, kept pin) {
	c.Reference, c.Block, c.Changed = kept.reference, kept.block, w.s.now()
	w.update(*c)
}
