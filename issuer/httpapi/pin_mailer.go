package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "mailPIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/mailer", Tag: "PINs",
		Summary: "Have the PIN sent by post",
		Description: "A signed job for whoever prints PIN mailers is in the store when this answers, and is handed over as soon as may be. " +
			"Sent again with the same Idempotency-Key, there is still one job. The body may be empty.",
		Scopes: []access.Scope{access.RevealPIN}, Once: true, OptionalBody: true,
		Status:   http.StatusAccepted,
		Problems: []*kind{notRevealed, noMailer, hsmDown},
	}, mailPIN)
}

func mailPIN(c *call, in *explainedOnly) (any, error) {
	o, err := c.Service.MailPIN(c.ctx(), c.token, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	return nil, c.refused(o)
}
