package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "getCard", Method: http.MethodGet, Path: "/cards/{publicToken}", Tag: "Cards",
		Summary: "Retrieve what may be told of a card",
		AnyOf:   append([]access.Scope{access.WriteCards}, anyPIN...),
		Status:  http.StatusOK, Response: card{},
	}, getCard)
}

// card is the answer of getCard.
type card struct {
	PublicToken    string   `json:"publicToken" required:"true" example:"123456789"`
	Product        string   `json:"product" required:"true" example:"default"`
	MaskedPAN      string   `json:"maskedPan,omitempty" description:"First six and last four digits. None for a card without PAN." example:"411111******1111"`
	Status         string   `json:"status" required:"true" enum:"Unblocked,Blocked" description:"Of the PIN."`
	RemainingTries int      `json:"remainingTries" required:"true" minimum:"0" description:"Wrong PINs left until the PIN is blocked." example:"3"`
	MaxTries       int      `json:"maxTries" required:"true" minimum:"1" example:"3"`
	Revealed       bool     `json:"revealed" required:"true" description:"Whether the PIN can be retrieved." example:"true"`
	_              struct{} `title:"Card" additionalProperties:"false"`
}

func getCard(c *call, _ *none) (any, error) {
	info, err := c.Service.Card(c.ctx(), c.token)
	if err != nil {
		return nil, err
	}
	answer := card{PublicToken: info.Token, Product: info.Product, Status: "Unblocked",
		RemainingTries: info.RemainingTries, MaxTries: info.MaxTries, Revealed: info.Revealed}
	if info.Blocked {
		answer.Status = "Blocked"
	}
	if !info.PAN.IsZero() {
		answer.MaskedPAN = info.PAN.String()
	}
	return answer, nil
}
