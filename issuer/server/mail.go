package server

import (
	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/outbox"
	"github.com/pinion-hsm/pinion/pinblock"
)

// options makes the mailer of a checked configuration, nil if there is none.
func (m *Mailer) options(getenv func(string) string) (*issuer.MailOptions, error) {
	if m.Outbox == "" {
		return nil, nil
	}
	format, err := pinblock.ParseFormat(m.Format)
	if err != nil {
		return nil, err
	}
	signer, err := m.signer(getenv)
	if err != nil {
		return nil, err
	}
	recipient, err := readFile(m.Recipient, maxSecret)
	if err != nil {
		return nil, err
	}
	mailer, err := outbox.NewMailer(m.Outbox, recipient)
	if err != nil {
		return nil, err
	}
	return &issuer.MailOptions{Key: hsm.PINKey{Key: m.Key, Format: format}, Signer: signer, Mailer: mailer}, nil
}

func (m *Mailer) signer(getenv func(string) string) (*outbox.Signer, error) {
	text, err := m.SigningKey.read(getenv)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	return outbox.ParseSigner(text)
}
