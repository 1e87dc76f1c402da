package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func init() {
	register(operation{
		ID: "generatePIN", Method: http.MethodPost, Path: "/cards/{publicToken}/pin/generate", Tag: "PINs",
		Summary:     "Give the card a random PIN, drawn by the HSM",
		Description: "The try counter stays as it is. The body may be empty.",
		Scopes:      []access.Scope{access.SetPIN}, Once: true, OptionalBody: true,
		Status:   http.StatusNoContent,
		Problems: []*kind{hsmDown},
	}, generatePIN)
}

func generatePIN(c *call, in *explainedOnly) (any, error) {
	o, err := c.Service.GeneratePIN(c.ctx(), c.token, c.request(in.clean()))
	if err != nil {
		return nil, err
	}
	return nil, c.refused(o)
}
