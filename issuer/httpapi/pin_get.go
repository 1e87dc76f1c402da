package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "getPIN", Method: http.MethodGet, Path: "/cards/{publicToken}/pin", Tag: "Cards API",
		Summary: "Retrieve the PIN to show it to the cardholder",
		Scopes:  []access.Scope{access.RevealPIN}, Clear: true, NoHead: true,
		Status: http.StatusOK, Response: getPINResponse{},
		Problems: []*kind{notRevealed},
	}, getPIN)
}

// getPINResponse is the answer of getPIN.
type getPINResponse struct {
	PIN string   `json:"pin" required:"true" pattern:"^[0-9]{4,12}$" description:"The PIN." example:"7010"`
	_   struct{} `title:"PIN" additionalProperties:"false"`
}

func getPIN(c *call, _ *none) (any, error) {
	t, err := c.cleartext(c.token)
	if err != nil {
		return nil, err
	}
	defer t.release(c.ctx())
	block, _, err := c.Service.Reveal(c.ctx(), c.token, t.key(), c.request("", ""))
	if err != nil {
		return nil, err
	}
	digits, err := t.open(c.ctx(), block)
	if err != nil {
		return nil, err
	}
	return getPINResponse{PIN: digits}, nil
}
