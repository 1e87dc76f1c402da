package httpapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// kind is one type of problem. Its texts are all that a client is told of it.
type kind struct {
	Slug   string        `json:"name"` // the type is /docs# and the slug
	Status int           `json:"status"`
	Title  string        `json:"title"`
	Detail string        `json:"detail"` // what to do about it
	Retry  time.Duration `json:"-"`      // Retry-After, 0: none
}

// kinds holds every kind of problem.
var kinds []*kind

// newKind adds a kind of problem. It is called to make package variables, beside
// what answers them.
func newKind(k kind) *kind {
	kinds = append(kinds, &k)
	return &k
}

// typeURI returns the kind's type, which is where the page describes it.
func (k *kind) typeURI() string { return "/docs#" + k.Slug }

// problem returns a problem of the kind, to be returned by an operation.
func (k *kind) problem() *problem {
	return &problem{kind: k, Type: k.typeURI(), Title: k.Title, Status: k.Status, Detail: k.Detail}
}

const mediaProblem = "application/problem+json"

// problem is problem details, RFC 9457. It is an error, of which only the kind is
// worth a log line.
type problem struct {
	kind *kind
	// cause is for the log, where the kind is the service's fault.
	cause error

	Type           string              `json:"type" required:"true" format:"uri-reference" description:"What went wrong: the anchor of its description." example:"/docs#pin-blocked"`
	Title          string              `json:"title" required:"true" description:"The type in words." example:"The PIN is blocked"`
	Status         int                 `json:"status" required:"true" minimum:"400" maximum:"599" description:"The HTTP status." example:"403"`
	Detail         string              `json:"detail,omitempty" description:"What to do about it."`
	TraceID        string              `json:"traceId" required:"true" pattern:"^[0-9a-f]{32}$" description:"Name this when you ask about it." example:"4bf92f3577b34da6a3ce929d0e0e4736"`
	Errors         map[string][]string `json:"errors,omitempty" nullable:"false" description:"What is wrong with each member of the request. An empty name is the request as a whole."`
	RemainingTries *int                `json:"remainingTries,omitempty" nullable:"false" minimum:"0" description:"Wrong PINs left until the PIN is blocked."`
	ActionCode     string              `json:"ActionCode,omitempty" pattern:"^[0-9]{3}$" description:"PIN Control's code. Only its answers have it."`
	_              struct{}            `title:"Problem" additionalProperties:"false" description:"Problem details, RFC 9457. Nothing that was sent is in it."`
}

// Error returns the kind's name.
func (p *problem) Error() string { return "issuer/httpapi: " + p.kind.Slug }

// tries adds how many tries are left.
func (p *problem) tries(n int) *problem {
	p.RemainingTries = &n
	return p
}

// because adds a cause for the log.
func (p *problem) because(err error) *problem {
	p.cause = err
	return p
}

// about says what is wrong with a member of the request.
func (p *problem) about(name, text string) *problem {
	if p.Errors == nil {
		p.Errors = map[string][]string{}
	}
	p.Errors[name] = append(p.Errors[name], text)
	return p
}

// send answers the call with a problem.
func (c *call) send(p *problem) {
	p.TraceID = c.trace
	if c.op != nil && c.op.Complete != nil {
		c.op.Complete(p)
	}
	h := c.w.Header()
	if p.kind.Retry > 0 && h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.Itoa(int(p.kind.Retry.Seconds())))
	}
	h.Set("Content-Type", mediaProblem)
	if p.Status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close") // the rest of the body is not waited for
	}
	c.w.cause = p.cause
	c.w.WriteHeader(p.Status)
	if c.r.Method == http.MethodHead {
		return
	}
	text, err := json.Marshal(p)
	if err != nil {
		return // of these types it does not happen
	}
	_, _ = c.w.Write(append(text, '\n')) // the client may be gone
}
