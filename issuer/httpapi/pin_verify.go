package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "verifyPIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/verify", Tag: "PINs",
		Summary: "Say whether a PIN block holds the card's PIN",
		Description: "A wrong PIN uses up a try, a right one gives all tries back. The answer comes when the counter's move is durable. " +
			"The wrong PIN that uses up the last try is answered with remainingTries 0; whatever comes after it is pin-blocked, and the HSM is not asked.",
		Scopes: []access.Scope{access.VerifyPIN}, Once: true,
		Status: http.StatusOK, Response: verifyPINResponse{},
		Problems: []*kind{pinBlocked, unreadable, badBlock, badKey, hsmDown},
	}, verifyPIN)
}

// verifyPINRequest is the body of verifyPIN.
type verifyPINRequest struct {
	pinBlock
	explained
	_ struct{} `title:"VerifyPIN" additionalProperties:"false"`
}

// verifyPINResponse is the answer of verifyPIN.
type verifyPINResponse struct {
	Verified       bool     `json:"verified" required:"true" description:"Whether the PIN is the card's." example:"true"`
	RemainingTries *int     `json:"remainingTries,omitempty" nullable:"false" minimum:"0" description:"Wrong PINs left until the PIN is blocked. Only where it was wrong."`
	_              struct{} `title:"Verdict" additionalProperties:"false"`
}

func verifyPIN(c *call, in *verifyPINRequest) (any, error) {
	block, err := in.pinBlock.parse()
	if err != nil {
		return nil, err
	}
	o, err := c.Service.VerifyPIN(c.ctx(), c.token, block, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	if err := c.refused(o); err != nil && o.Result != issuer.WrongPIN {
		return nil, err
	}
	if o.Result == issuer.WrongPIN {
		return verifyPINResponse{RemainingTries: &o.RemainingTries}, nil
	}
	return verifyPINResponse{Verified: true}, nil
}
