package issuer

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/pinblock"
)

// Registration asks for a card.
type Registration struct {
	PAN     pinblock.PAN // 12 to 19 digits, or zero for a card without PAN
	Product string       // name of its profile; empty is the default one
}

var errTokenTaken = errors.New("issuer: token taken")

// Register makes a card with a random PIN, drawn by the HSM, and returns its
// token. A PAN that is registered already is [ErrCardExists].
func (s *Service) Register(ctx context.Context, r Registration, q Request) (Outcome, error) {
	p, err := s.profile(r.Product)
	if err != nil {
		return Outcome{}, err
	}
	if n := r.PAN.Len(); n != 0 && n < 12 {
		return Outcome{}, pinblock.ErrPANLength
	}
	for range 20 {
		o, err := s.register(ctx, p, r.PAN, newToken(), q)
		if !errors.Is(err, errTokenTaken) {
			return o, err
		}
	}
	return Outcome{}, fmt.Errorf("%w: no free token was found", ErrService)
}

func (s *Service) register(ctx context.Context, p *Profile, pan pinblock.PAN, token string, q Request) (Outcome, error) {
	c := Card{Token: token, Product: p.Name}
	if !pan.IsZero() {
		c.PAN, c.PANHash = s.o.Vault.seal(pan, token), s.o.Vault.hash(pan)
	}
	return s.submit(ctx, &job{action: "card.register", card: token, panHash: c.PANHash, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			if w.view.exists {
				return Outcome{}, errTokenTaken
			}
			if _, taken := w.held.PANs[string(c.PANHash)]; taken && c.PANHash != nil {
				return Outcome{}, ErrCardExists
			}
			account, err := s.account(&c)
			if err != nil {
				return Outcome{}, err
			}
			kept, err := w.draw(ctx, p, account)
			if err != nil {
				return Outcome{}, err
			}
			c := c
			c.Reference, c.Block, c.Created = kept.reference, kept.block, s.now()
			c.Changed = c.Created
			w.create(c)
			return w.end(OK, &c, p)
		}})
}
