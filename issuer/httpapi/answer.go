package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// raw is an answer that is not JSON. Its bytes are cleared once they are sent.
type raw struct {
	media string
	body  []byte
}

// stream is an answer that is written bit by bit. An error after the first byte
// breaks the connection, so that half an answer does not look like a whole one.
type stream struct {
	media string
	write func(io.Writer) error
}

// errAnswered says that the call is answered already.
var errAnswered = errors.New("issuer/httpapi: answered")

// answer sends what an operation returned.
func (c *call) answer(v any) {
	switch v := v.(type) {
	case nil:
		c.w.WriteHeader(c.op.Status)
	case raw:
		defer clear(v.body)
		c.write(v.media, v.body)
	case stream:
		c.stream(v)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			c.send(internal.problem().because(err))
			return
		}
		defer clear(text)
		c.write(mediaJSON, text)
	}
}

// write sends a whole body with the operation's status.
func (c *call) write(media string, body []byte) {
	c.w.Header().Set("Content-Type", media)
	c.w.WriteHeader(c.op.Status)
	if c.r.Method != http.MethodHead {
		_, _ = c.w.Write(body) // the client may be gone
	}
}

// stream sends a body as it is made. The status is sent with its first byte, or at
// its end, so that an error before is still a problem.
func (c *call) stream(s stream) {
	c.w.Header().Set("Content-Type", s.media)
	err := s.write(c.w)
	switch {
	case err == nil && c.w.status == 0:
		c.w.WriteHeader(c.op.Status)
	case err != nil && c.w.status == 0:
		c.send(explain(err))
	case err != nil:
		c.w.cause = err
		panic(http.ErrAbortHandler)
	}
}
