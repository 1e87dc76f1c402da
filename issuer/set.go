package issuer

import "context"

// SetPIN gives the card the PIN in a client's block: OK, WeakPIN, PINLength or
// Unreadable. It does not move the try counter: whoever may set a PIN need not be
// whoever may unblock one.
func (s *Service) SetPIN(ctx context.Context, token string, chosen PINBlock, q Request) (Outcome, error) {
	if err := s.transport(chosen.Key); err != nil {
		return Outcome{}, err
	}
	return s.submit(ctx, &job{action: "pin.set", card: token, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			c, p, pan, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			kept, r, err := w.keep(ctx, p, pan, chosen)
			if err != nil {
				return Outcome{}, err
			}
			if r == OK {
				w.set(&c, kept)
			}
			return w.end(r, &c, p)
		}})
}

// ChangePIN gives the card a new PIN if the current one is right: OK, WrongPIN,
// Blocked, WeakPIN, PINLength or Unreadable. The counter moves as VerifyPIN moves it.
// What the rules say of the new PIN is told only to who knows the current one.
func (s *Service) ChangePIN(ctx context.Context, token string, x PINChange, q Request) (Outcome, error) {
	if err := s.transport(x.Current.Key, x.New.Key); err != nil {
		return Outcome{}, err
	}
	var judged verdict
	return s.submit(ctx, &job{action: "pin.change", card: token, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			c, p, pan, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			if c.status(p).Blocked {
				return w.end(Blocked, &c, p)
			}
			// The new block comes first, so that one that cannot be costs no try.
			kept, r, err := w.keep(ctx, p, pan, x.New)
			if err != nil {
				return Outcome{}, err
			}
			if r == Unreadable {
				return w.end(r, &c, p)
			}
			was, err := w.try(ctx, &c, p, pan, x.Current, &judged)
			if err != nil {
				return Outcome{}, err
			}
			if was != OK {
				return w.end(was, &c, p)
			}
			if r == OK {
				w.set(&c, kept)
			}
			return w.end(r, &c, p)
		}})
}

// GeneratePIN gives the card a random PIN, drawn by the HSM. It does not move the
// try counter.
func (s *Service) GeneratePIN(ctx context.Context, token string, q Request) (Outcome, error) {
	return s.submit(ctx, &job{action: "pin.generate", card: token, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			c, p, pan, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			kept, err := w.draw(ctx, p, pan)
			if err != nil {
				return Outcome{}, err
			}
			w.set(&c, kept)
			return w.end(OK, &c, p)
		}})
}

// Unblock gives all tries back, at any time.
func (s *Service) Unblock(ctx context.Context, token string, q Request) (Outcome, error) {
	return s.submit(ctx, &job{action: "pin.unblock", card: token, request: q,
		do: func(_ context.Context, w *work) (Outcome, error) {
			c, p, _, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			if c.TriesUsed > 0 {
				c.TriesUsed = 0
				w.update(c)
			}
			return w.end(OK, &c, p)
		}})
}
