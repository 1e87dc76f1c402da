package issuer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Reveal returns the card's PIN as a block under a key of the client, once the
// audit log has it. Products whose PINs are never revealed are [ErrNotRevealed].
// The block is nil if the request was executed before: no PIN is kept to be
// answered again.
func (s *Service) Reveal(ctx context.Context, token string, to hsm.PINKey, q Request) ([]byte, Outcome, error) {
	return s.reveal(ctx, &job{action: "pin.reveal", card: token, request: q}, to, nil)
}

// GenerateAndReveal gives the card a random PIN and returns it as Reveal does.
func (s *Service) GenerateAndReveal(ctx context.Context, token string, to hsm.PINKey, q Request) ([]byte, Outcome, error) {
	return s.reveal(ctx, &job{action: "pin.generate", card: token, request: q}, to,
		func(ctx context.Context, w *work, c *Card, p *Profile, pan pinblock.PAN) error {
			kept, err := w.draw(ctx, p, pan)
			if err != nil {
				return err
			}
			w.set(c, kept)
			return nil
		})
}

// reveal has a job show the PIN, after whatever before does to the card.
func (s *Service) reveal(ctx context.Context, j *job, to hsm.PINKey,
	before func(context.Context, *work, *Card, *Profile, pinblock.PAN) error) ([]byte, Outcome, error) {
	if err := s.transport(to); err != nil {
		return nil, Outcome{}, err
	}
	var block []byte // the lane's until submit has returned without an error
	j.do = func(ctx context.Context, w *work) (Outcome, error) {
		c, p, pan, err := w.known()
		if err != nil {
			return Outcome{}, err
		}
		if !p.Reveal {
			return Outcome{}, ErrNotRevealed
		}
		if before != nil {
			if err := before(ctx, w, &c, p, pan); err != nil {
				return Outcome{}, err
			}
		}
		if c.Block == nil { // registered when the product did not reveal
			return Outcome{}, ErrNotRevealed
		}
		if block, err = w.show(ctx, &c, pan, to); err != nil {
			return Outcome{}, err
		}
		return w.end(OK, &c, p)
	}
	o, err := s.submit(ctx, j)
	if err != nil {
		return nil, Outcome{}, err
	}
	return block, o, nil
}

// MaxTicketLife is how long a ticket may be valid at most.
const MaxTicketLife = time.Hour

// IssueTicket returns a ticket: the right to have the card's PIN revealed once,
// within the given time. A life of less than a second is a second, and a longer one
// than MaxTicketLife is that. A ticket is 26 characters with 130 random bits; the
// store has only its hash. Products whose PINs are never revealed are
// [ErrNotRevealed].
func (s *Service) IssueTicket(ctx context.Context, token string, life time.Duration, q Request) (ticket string, expires time.Time, err error) {
	life = min(max(life, time.Second), MaxTicketLife)
	ticket, expires = rand.Text(), s.now().Add(life).Truncate(time.Microsecond)
	t := Ticket{Hash: ticketHash(ticket), Token: token, Expires: expires}
	_, err = s.submit(ctx, &job{action: "pin.ticket", card: token, request: q,
		do: func(_ context.Context, w *work) (Outcome, error) {
			c, p, _, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			if !p.Reveal || c.Block == nil {
				return Outcome{}, ErrNotRevealed
			}
			w.changes.Tickets = []Ticket{t}
			return w.end(OK, &c, p)
		}})
	if err != nil {
		return "", time.Time{}, err
	}
	return ticket, expires, nil
}

// RevealByTicket is Reveal by the right of a ticket, which is used up before the
// block is returned. A ticket of another card is [ErrTicket] and stays valid.
func (s *Service) RevealByTicket(ctx context.Context, token, ticket string, to hsm.PINKey, q Request) ([]byte, Outcome, error) {
	hash := ticketHash(ticket)
	return s.reveal(ctx, &job{action: "pin.reveal", card: token, ticket: hash, request: q}, to,
		func(_ context.Context, w *work, _ *Card, _ *Profile, _ pinblock.PAN) error {
			t, ok := w.held.Tickets[string(hash)]
			if !ok || t.Token != token || !s.now().Before(t.Expires) {
				return ErrTicket
			}
			return w.use(hash)
		})
}

func ticketHash(ticket string) []byte {
	h := sha256.Sum256([]byte(ticket))
	return h[:]
}
