package issuer

import (
	"context"
	"time"
)

// Run delivers mail and forgets what is old, until the context ends. Every process
// of a store may run it.
func (s *Service) Run(ctx context.Context) {
	mail := time.NewTicker(10 * time.Second)
	defer mail.Stop()
	old := time.NewTicker(time.Hour)
	defer old.Stop()
	s.deliver(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.mailed:
			s.deliver(ctx)
		case <-mail.C:
			s.deliver(ctx)
		case <-old.C:
			if err := s.store.Prune(ctx, s.now().Add(-s.o.Keep)); err != nil {
				s.o.Log.Warn("old answers were not removed", "error", err)
			}
		}
	}
}

// deliver hands over what mail there is. What fails is tried again later.
func (s *Service) deliver(ctx context.Context) {
	if s.o.Mail == nil {
		return
	}
	for {
		mails, err := s.store.Mail(ctx, 100)
		if err != nil || len(mails) == 0 {
			if err != nil && ctx.Err() == nil {
				s.o.Log.Warn("mail was not read", "error", err)
			}
			return
		}
		for _, m := range mails {
			if err := s.o.Mail.Mailer.Deliver(ctx, m); err != nil {
				if ctx.Err() == nil {
					s.o.Log.Warn("a PIN mailer job was not taken over", "id", m.ID, "error", err)
				}
				return
			}
			if err := s.store.Delivered(ctx, m.ID); err != nil {
				s.o.Log.Warn("a delivered mail was not forgotten", "id", m.ID, "error", err)
				return
			}
		}
	}
}
