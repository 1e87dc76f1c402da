package server

import (
	"path"

	"github.com/pinion-hsm/pinion/pinblock"
)

func (c *Config) checkKeys(p *Problems, getenv func(string) string) {
	if c.Keys.Storage == "" {
		p.add("keys.storage", "it is missing: the label of an AES PIN key on the HSM")
	}
	for _, pattern := range c.Keys.Transport {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			p.add("keys.transport", "want labels, in which * stands for any text and ? for one character")
			break
		}
	}
	if c.DataKey == "" {
		p.add("dataKey", "it is missing: file:/path of 64 hex digits")
	} else if _, err := c.vault(getenv); err != nil {
		p.addError("dataKey", err)
	}
	if c.SessionKeys == "" {
		p.add("sessionKeys", "it is missing: file:/path of two PEM keys")
	} else if _, err := c.sessionKeys(getenv); err != nil {
		p.addError("sessionKeys", err)
	}
}

func (c *Config) checkMailer(p *Problems, getenv func(string) string) {
	m := &c.Mailer
	if m.Outbox == "" {
		return
	}
	if m.Key == "" {
		p.add("mailer.key", "it is missing: the label of the zone key shared with the bureau")
	}
	if _, err := pinblock.ParseFormat(m.Format); err != nil {
		p.add("mailer.format", "there is no such PIN block format")
	}
	if m.Recipient == "" {
		p.add("mailer.recipient", "it is missing: a file with the bureau's public key")
	} else {
		p.addError("mailer.recipient", checkFile(m.Recipient))
	}
	if m.SigningKey == "" {
		p.add("mailer.signingKey", "it is missing: file:/path of a PEM key")
	} else {
		_, err := m.signer(getenv)
		p.addError("mailer.signingKey", err)
	}
}
