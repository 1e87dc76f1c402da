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
	Key string `header:"Idempotency-Key" pattern:"^[ -~]{1,128}$" description:"A text of your own for this request. Sent again with the same key and the same body, it is not executed again for 30 days: the answer is the first one's, with the header Idempotent-Replayed, and without any PIN." example:"2f0c2f2e-6d1b-4a9e-9a2b-0c6f1f0a7c11"`
}

// readParameters checks the parameters in query and header.
func (c *call) readParameters(s *schemas) error {
	wrong := append(c.readQuery(s), c.readHeader(s)...)
	if wrong == nil {
		return nil
	}
	p := invalid.problem()
	for _, name := range wrong {
		p.about(name, "is not as described")
	}
	return p
}

// readQuery reads the parameters in the query, and returns the names of those
// that are not as described.
func (c *call) readQuery(s *schemas) (wrong []string) {
	if len(s.parameters[inQuery]) == 0 {
		return nil
	}
	c.query = map[string]string{}
	values := c.r.URL.Query()
	for name := range s.parameters[inQuery] {
		switch v, found := values[name]; {
		case !found:
		case len(v) != 1 || !s.accepts(inQuery, name, v[0]):
			wrong = append(wrong, name)
		default:
			c.query[name] = v[0]
		}
	}
	return wrong
}

// readHeader returns the names of parameters in the header that are not as
// described.
func (c *call) readHeader(s *schemas) (wrong []string) {
	for name := range s.parameters[inHeader] {
		v := c.r.Header.Values(name)
		if len(v) > 1 || len(v) == 1 && !s.accepts(inHeader, name, v[0]) {
			wrong = append(wrong, name)
		}
	}
	return wrong
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
