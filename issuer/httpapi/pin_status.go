package httpapi

import (
	"net/http"
	"strconv"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// anyPIN is the scopes of everybody who has to do with PINs.
var anyPIN = []access.Scope{access.VerifyPIN, access.SetPIN, access.RevealPIN, access.UnblockPIN}

func init() {
	register(operation{
		ID: "getPINStatus", Method: http.MethodGet, Path: "/cards/{publicToken}/pin/status", Tag: "Cards API",
		Summary: "Retrieve whether the PIN is blocked, and how many tries are left",
		AnyOf:   anyPIN,
		Status:  http.StatusOK, Response: pinStatus{},
	}, getPINStatus)
}

// pinStatus is the answer of getPINStatus. Both are texts, as the Cards API has
// them.
type pinStatus struct {
	Status         string   `json:"status" required:"true" enum:"Unblocked,Blocked" description:"Blocked when no tries are left." example:"Unblocked"`
	RemainingTries string   `json:"remainingTries" required:"true" pattern:"^[0-9]{1,2}$" description:"Wrong PINs left until the PIN is blocked." example:"3"`
	_              struct{} `title:"PINStatus" additionalProperties:"false"`
}

func getPINStatus(c *call, _ *none) (any, error) {
	s, err := c.Service.Status(c.ctx(), c.token)
	if err != nil {
		return nil, err
	}
	answer := pinStatus{Status: "Unblocked", RemainingTries: strconv.Itoa(s.RemainingTries)}
	if s.Blocked {
		answer.Status = "Blocked"
	}
	return answer, nil
}
