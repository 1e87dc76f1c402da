package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "unblockPIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/unblock", Tag: "Cards API",
		Summary:     "Give all tries back, at any time",
		Description: "The body may be empty; its Content-Type has to be application/json all the same.",
		Scopes:      []access.Scope{access.UnblockPIN}, Once: true, OptionalBody: true,
		Status: http.StatusNoContent,
	}, unblockPIN)
}

// explainedOnly is the body of requests that say nothing but why.
type explainedOnly struct {
	explained
	_ struct{} `title:"Explanation" additionalProperties:"false"`
}

func unblockPIN(c *call, in *explainedOnly) (any, error) {
	o, err := c.Service.Unblock(c.ctx(), c.token, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	return nil, c.refused(o)
}
