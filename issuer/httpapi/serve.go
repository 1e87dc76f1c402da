package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/pinion-hsm/pinion/issuer/access"
)

// ServeHTTP serves one request: it routes it, contains its panics and logs it.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{api: a, w: &recorder{ResponseWriter: w}, trace: traceID(r.Context()), pattern: "none"}
	c.r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	defer func() {
		clear(c.raw)
		r.Pattern = c.pattern // for whoever measures around this handler
		c.log(time.Since(start))
	}()
	defer c.contain()
	h := c.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !plainPath(r.URL) {
		c.send(notFound.problem())
		return
	}
	a.mux.ServeHTTP(c.w, c.r)
}

// contain turns a panic into an answer. What the panic says may hold anything, so
// the log has only its type and where it was.
func (c *call) contain() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	c.Log.Error("panic in a request", "traceId", c.trace, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	if c.w.status != 0 {
		panic(http.ErrAbortHandler) // a half answer must not look like a whole one
	}
	c.send(internal.problem())
}

// handler returns what serves an operation, from the credential on.
func (a *api) handler(op *operation, s *schemas) http.Handler {
	inner := http.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c := callOf(r.Context())
		c.r, c.client = r, access.From(r.Context())
		if !c.anyOf(op.AnyOf) {
			return
		}
		switch answer, err := c.do(s); {
		case err == nil:
			c.answer(answer)
		case !errors.Is(err, errAnswered):
			c.send(explain(err))
		}
	}))
	switch {
	case op.Public:
	case op.Admit != nil:
		inner = op.Admit(a, inner)
	default:
		inner = a.guard.Require(op.Scopes...)(inner)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r.Context())
		c.op, c.pattern = op, op.Path
		inner.ServeHTTP(w, r)
	})
}

// anyOf reports whether the client has one of the scopes. If not, it has
// answered.
func (c *call) anyOf(scopes []access.Scope) bool {
	for _, s := range scopes {
		if c.client.Has(s) {
			return true
		}
	}
	return len(scopes) == 0 || c.guard.Allow(c.w, c.r, scopes[0])
}

// do checks the request and has the operation executed.
func (c *call) do(s *schemas) (any, error) {
	if c.op.aboutCard() {
		token := c.r.PathValue(pathToken)
		if !s.accepts(inPath, pathToken, token) {
			return nil, noCard.problem()
		}
		if !c.allowCard(token) {
			return nil, errAnswered
		}
	}
	if c.op.Clear && !c.ClearPIN {
		return nil, clearOff.problem()
	}
	if err := c.readParameters(s); err != nil {
		return nil, err
	}
	if c.op.body != nil || len(c.op.AlsoTakes) > 0 {
		if err := c.readBody(s); err != nil {
			return nil, err
		}
	}
	c.setOnce()
	return c.op.serve(c)
}

// allowCard counts a request about a card. If there are too many, it has
// answered.
func (c *call) allowCard(token string) bool {
	c.token = token
	return c.guard.AllowCard(c.w, c.r, token)
}

// refuseAccess is the guard's way to answer: as every other problem.
func refuseAccess(_ http.ResponseWriter, r *http.Request, _ int, code string, err error) {
	kinds := map[string]*kind{
		access.CodeNoCredential: noCredential,
		access.CodeToken:        badCredential,
		access.CodeScope:        noScope,
		access.CodeRate:         tooMany,
		access.CodeUnavailable:  authDown,
	}
	k := kinds[code]
	if k == nil {
		k = internal
	}
	c := callOf(r.Context())
	c.client = access.From(r.Context()) // known, where it is a scope that is missing
	c.send(k.problem().because(err))
}
