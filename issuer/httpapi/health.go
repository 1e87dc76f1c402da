package httpapi

import (
	"net/http"
	"time"
)

func init() {
	register(operation{
		ID: "isAlive", Method: http.MethodGet, Path: "/healthz", Tag: "Operation",
		Summary: "Say that the process runs", Public: true,
		Status: http.StatusOK, Response: health{},
	}, func(*call, *none) (any, error) { return health{Status: "alive"}, nil })

	register(operation{
		ID: "isReady", Method: http.MethodGet, Path: "/readyz", Tag: "Operation",
		Summary: "Say whether requests would be served: HSM and store are really tried", Public: true,
		Status: http.StatusOK, Response: health{},
		Problems: []*kind{notReady},
	}, isReady)
}

var notReady = newKind(kind{"not-ready", http.StatusServiceUnavailable, "The service is not ready", "The HSM or the store does not answer, or the service is starting or shutting down. Its log says which.", 2 * time.Second})

// health is the answer of isAlive and isReady.
type health struct {
	Status string   `json:"status" required:"true" enum:"alive,ready" example:"ready"`
	_      struct{} `title:"Health" additionalProperties:"false"`
}

func isReady(c *call, _ *none) (any, error) {
	if err := c.Ready(c.ctx()); err != nil {
		return nil, notReady.problem().because(err)
	}
	return health{Status: "ready"}, nil
}
