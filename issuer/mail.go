package issuer

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// Mailer has PIN mailers printed and sent.
type Mailer interface {
	// Deliver takes a mail over. It may be called again with a mail that it took
	// before, and must not send that twice: the ID is the same.
	Deliver(ctx context.Context, m Mail) error
}

// Signer signs a mailer job.
type Signer interface {
	// Sign returns the job as a compact JWS.
	Sign(job []byte) ([]byte, error)
}

// MailOptions is how PINs are sent by post.
type MailOptions struct {
	Key    hsm.PINKey // zone key of the HSM shared with the bureau, and the format of its blocks
	Signer Signer
	Mailer Mailer
}

func (o *MailOptions) check() error {
	if o.Key.Key == "" || !o.Key.Format.Valid() || o.Signer == nil || o.Mailer == nil {
		return errors.New("issuer: PIN mailers need a key, a format, a signer and a mailer")
	}
	return nil
}

// MailJob is what a bureau is told: no PIN in clear, and no PAN, which it has with
// the token in its own records.
type MailJob struct {
	ID          string    `json:"id"` // 32 hex digits; never print one twice
	PublicToken string    `json:"publicToken"`
	Product     string    `json:"product"`
	PINBlock    string    `json:"pinBlock"` // hex
	Format      string    `json:"format"`
	Key         string    `json:"key"` // label of the zone key
	KCV         string    `json:"kcv,omitempty"`
	Created     time.Time `json:"created"`
}

// MailPIN has the card's PIN sent by post. The job is in the store before the
// answer leaves, and goes to the mailer until that has taken it over. Errors are
// [ErrNoMailer], and [ErrNotRevealed] for products whose PINs are never revealed.
func (s *Service) MailPIN(ctx context.Context, token string, q Request) (Outcome, error) {
	if s.o.Mail == nil {
		return Outcome{}, ErrNoMailer
	}
	o, err := s.submit(ctx, &job{action: "pin.mail", card: token, request: q,
		do: func(ctx context.Context, w *work) (Outcome, error) {
			c, p, pan, err := w.known()
			if err != nil {
				return Outcome{}, err
			}
			if !p.Reveal || c.Block == nil {
				return Outcome{}, ErrNotRevealed
			}
			block, err := w.show(ctx, &c, pan, s.o.Mail.Key)
			if err != nil {
				return Outcome{}, err
			}
			m, err := s.mail(ctx, &c, block)
			if err != nil {
				return Outcome{}, err
			}
			w.changes.Mail = []Mail{m}
			return w.end(OK, &c, p)
		}})
	if err == nil {
		s.wake()
	}
	return o, err
}

// mail returns the signed job.
func (s *Service) mail(ctx context.Context, c *Card, block []byte) (Mail, error) {
	info, err := s.hsm.KeyInfo(ctx, s.o.Mail.Key.Key)
	if err != nil {
		return Mail{}, fmt.Errorf("%w: %w", ErrService, err)
	}
	var id [16]byte
	rand.Read(id[:]) // never fails, see crypto/rand
	job := MailJob{ID: hex.EncodeToString(id[:]), PublicToken: c.Token, Product: c.Product,
		PINBlock: fmt.Sprintf("%X", block), Format: s.o.Mail.Key.Format.String(),
		Key: s.o.Mail.Key.Key, KCV: info.KCV, Created: s.now().UTC().Truncate(time.Second)}
	text, err := json.Marshal(job)
	if err != nil {
		return Mail{}, fmt.Errorf("issuer: a mailer job has no JSON: %w", err)
	}
	signed, err := s.o.Mail.Signer.Sign(text)
	if err != nil {
		return Mail{}, fmt.Errorf("%w: a mailer job could not be signed", ErrService)
	}
	return Mail{ID: job.ID, Job: signed, Created: job.Created}, nil
}

// wake has Run look for mail.
func (s *Service) wake() {
	select {
	case s.mailed <- struct{}{}:
	default:
	}
}
