package httpapi

import (
	"net/http"

	"github.com/pinion-hsm/pinion/issuer"
)

// What the parameters of requests are called.
const (
	pathToken      = "publicToken"
	headerKey      = "Idempotency-Key"
	headerReplayed = "Idempotent-Replayed"
)

// cardPath is the path parameter of operations on a card, for the document.
type cardPath struct {
	PublicToken string `path:"publicToken" required:"true" pattern:"^[0-9A-Za-z]{1,9}$" description:"The card's public token." example:"123456789"`
}

// onceHeader is the header of requests that may be sent again.
type onceHeader struct {
	Key string `header:"Idempotency-Key" pattern:"^[ -~]{1,128}$" description:"A text of your own for this request. Sent again with the same key and the same body, it is not executed again: the answer is the first one's, with the header Idempotent-Replayed, and without any PIN." example:"2f0c2f2e-6d1b-4a9e-9a2b-0c6f1f0a7c11"`
}

// readParameters checks the parameters in query and header.
func (c *call) readParameters(s *schemas) error {
	c.query = map[string]string{}
	values := c.r.URL.Query()
	wrong := invalid.problem()
	for _, name := range s.names(inQuery) {
		switch v, found := values[name]; {
		case !found:
		case len(v) != 1 || !s.accepts(inQuery, name, v[0]):
			wrong.about(name, "is not as described")
		default:
			c.query[name] = v[0]
		}
	}
	for _, name := range s.names(inHeader) {
		v := c.r.Header.Values(name)
		if len(v) > 1 || len(v) == 1 && !s.accepts(inHeader, name, v[0]) {
			wrong.about(name, "is not as described")
		}
	}
	if wrong.Errors != nil {
		return wrong
	}
	return nil
}

// setOnce notes the request's idempotency key. The request is told from others by
// method, path, and body.
func (c *call) setOnce() {
	if !c.op.Once {
		return
	}
	key := c.r.Header.Values(headerKey)
	if len(key) == 0 {
		return
	}
	c.once = &issuer.Once{
		ID:          issuer.AnswerID{Scope: "http " + c.client.ID(), Key: key[0]},
		Fingerprint: c.Service.Vault().Fingerprint([]byte(c.r.Method), []byte(c.r.URL.Path), c.raw),
	}
}

var _ http.Handler = (*api)(nil)
