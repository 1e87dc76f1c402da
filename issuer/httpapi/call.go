package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"

	"go.opentelemetry.io/otel/trace"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

// call is one request on its way.
type call struct {
	*api
	op      *operation // nil until it is routed
	pattern string     // for the log
	w       *recorder
	r       *http.Request
	trace   string // 32 hex digits

	client *access.Principal // nil for public operations
	token  string            // the card's, "" where there is none
	query  map[string]string
	media  string       // of the body
	raw    []byte       // the body, cleared when the call is over
	once   *issuer.Once // set if the request has an idempotency key
}

type callKey struct{}

// callOf returns the call of a request's context.
func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// ctx returns the request's context.
func (c *call) ctx() context.Context { return c.r.Context() }

// request returns what goes with every request to the service. Texts come from
// [explained].
func (c *call) request(updatedBy, description string) issuer.Request {
	return issuer.Request{Actor: c.client.ID(), UpdatedBy: updatedBy, Description: description, Trace: c.trace, Once: c.once}
}

// refused returns the problem of an outcome that is not OK, and tells the client
// if it is the answer to an earlier request.
func (c *call) refused(o issuer.Outcome) error {
	if o.Replayed {
		c.w.Header().Set(headerReplayed, "true")
	}
	switch o.Result {
	case issuer.OK:
		return nil
	case issuer.Blocked:
		return pinBlocked.problem().tries(0)
	case issuer.WeakPIN:
		return weakPIN.problem()
	case issuer.PINLength:
		return pinLength.problem()
	case issuer.Unreadable:
		return unreadable.problem()
	case issuer.WrongPIN:
		return wrongPIN.problem().tries(o.RemainingTries)
	}
	return internal.problem()
}

// traceID returns the trace identifier of the context, or a random one.
func traceID(ctx context.Context) string {
	if s := trace.SpanContextFromContext(ctx); s.HasTraceID() {
		return s.TraceID().String()
	}
	var id [16]byte
	rand.Read(id[:]) // never fails, see crypto/rand
	return hex.EncodeToString(id[:])
}
