package access

import (
	"errors"
	"maps"
	"net/http"
)

// Guard lets requests in. Its fields are set before it is used.
type Guard struct {
	Authenticator Authenticator // nil refuses everybody
	Limiter       *Limiter      // nil limits nothing

	// OnError writes the answer of a request that is not let in: its status, and
	// one of the codes below. The headers that belong to the status are set
	// already. err is for the log; it holds no credential, but may hold the address
	// of the key set's server. Nil writes the status text.
	OnError func(w http.ResponseWriter, r *http.Request, status int, code string, err error)
}

// The codes for OnError. Those of RFC 6750 section 3.1 have its names.
const (
	CodeNoCredential = "credential_required"     // 401
	CodeToken        = "invalid_token"           // 401: bad, expired, of somebody else
	CodeScope        = "insufficient_scope"      // 403
	CodeRate         = "rate_limited"            // 429, with Retry-After
	CodeUnavailable  = "temporarily_unavailable" // 503, with Retry-After
)

// The errors of a Guard, beside those of its Authenticator.
var (
	ErrScope       = errors.New("issuer/access: the client has not the scope that this request needs")
	ErrRateLimited = errors.New("issuer/access: too many requests")
)

// Require returns middleware that lets a request in if its sender is known, is
// not over its rate, and has all these scopes; without scopes, any known sender.
// The handler finds it by [From], and no longer finds the Authorization header: a
// handler that cannot see a credential cannot log it.
//
// Inside another Require the sender is known already and is not counted again.
func (g *Guard) Require(scopes ...Scope) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, ok := g.admit(w, r)
			if ok && g.Allow(w, r, scopes...) {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Allow says whether the request's sender has all these scopes. If not, it has
// answered. It is for handlers that learn from the body what is asked for.
func (g *Guard) Allow(w http.ResponseWriter, r *http.Request, scopes ...Scope) bool {
	p := From(r.Context())
	if p == nil {
		g.refuse(w, r, ErrNoCredential)
		return false
	}
	for _, s := range scopes {
		if !p.Has(s) {
			g.forbid(w, r, scopes)
			return false
		}
	}
	return true
}

// AllowCard says whether a card, by its public token, is below its rate. If not,
// it has answered.
func (g *Guard) AllowCard(w http.ResponseWriter, r *http.Request, token string) bool {
	ok, wait := g.Limiter.AllowCard(token)
	if !ok {
		g.slow(w, r, wait)
	}
	return ok
}

// admit finds the sender and puts it into the request's context. If it has none,
// it has answered.
func (g *Guard) admit(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	if From(r.Context()) != nil {
		return r, true
	}
	if ok, wait := g.Limiter.AllowAddress(r.RemoteAddr); !ok {
		g.slow(w, r, wait)
		return r, false
	}
	p, err := g.authenticate(r)
	if err != nil {
		if !errors.Is(err, ErrNoCredential) && !errors.Is(err, ErrUnavailable) {
			g.Limiter.Refused(r.RemoteAddr)
		}
		g.refuse(w, r, err)
		return r, false
	}
	r = r.WithContext(With(r.Context(), p))
	r.Header = maps.Clone(r.Header) // of the map alone: nobody changes its values
	r.Header.Del("Authorization")
	if ok, wait := g.Limiter.AllowClient(p.ID()); !ok {
		g.slow(w, r, wait)
		return r, false
	}
	return r, true
}

func (g *Guard) authenticate(r *http.Request) (*Principal, error) {
	if g.Authenticator == nil {
		return nil, ErrNoCredential
	}
	p, err := g.Authenticator.Authenticate(r)
	if err == nil && p == nil {
		return nil, ErrNoCredential
	}
	return p, err
}
