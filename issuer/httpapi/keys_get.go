package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer/session"
)

func init() {
	register(operation{
		ID: "getKeys", Method: http.MethodGet, Path: "/keys", Tag: "PINs",
		Summary:     "Retrieve the service's public keys",
		Description: "A JSON Web Key Set: first the key to agree on PIN keys with, then the key to make JWE for. They change seldom; a request that names one which is no more is answered with key-id-unknown.",
		Status:      http.StatusOK, Response: session.PublicKeys{},
	}, func(c *call, _ *none) (any, error) { return c.Sessions.PublicKeys(), nil })
}
