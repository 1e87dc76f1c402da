package access

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// challenge begins every WWW-Authenticate header (RFC 6750 section 3).
const challenge = `Bearer realm="pinion"`

// refuse answers a request whose sender is not known: 503 if it could not be
// found out, else 401. Without any credential no error code is told (RFC 6750
// section 3.1); with one, the reason is, which is one of ours and quotes nothing.
func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var reason refusal
	switch {
	case errors.Is(err, ErrUnavailable):
		w.Header().Set("Retry-After", "5")
		g.answer(w, r, http.StatusServiceUnavailable, CodeUnavailable, err)
	case errors.Is(err, ErrNoCredential):
		w.Header().Set("WWW-Authenticate", challenge)
		g.answer(w, r, http.StatusUnauthorized, CodeNoCredential, ErrNoCredential)
	case errors.As(err, &reason):
		w.Header().Set("WWW-Authenticate", challenge+`, error="`+CodeToken+`", error_description="`+string(reason)+`"`)
		g.answer(w, r, http.StatusUnauthorized, CodeToken, reason)
	default:
		w.Header().Set("WWW-Authenticate", challenge+`, error="`+CodeToken+`"`)
		g.answer(w, r, http.StatusUnauthorized, CodeToken, ErrCredential)
	}
}

// forbid answers a request whose sender has not all the scopes it needs.
func (g *Guard) forbid(w http.ResponseWriter, r *http.Request, scopes []Scope) {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	w.Header().Set("WWW-Authenticate", challenge+`, error="`+CodeScope+`", scope="`+strings.Join(names, " ")+`"`)
	g.answer(w, r, http.StatusForbidden, CodeScope, ErrScope)
}

// slow answers a request over a rate. Retry-After is in whole seconds (RFC 9110
// section 10.2.3), rounded up so that the next try is not too early again.
func (g *Guard) slow(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	seconds := max(1, int64(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	g.answer(w, r, http.StatusTooManyRequests, CodeRate, ErrRateLimited)
}

func (g *Guard) answer(w http.ResponseWriter, r *http.Request, status int, code string, err error) {
	if g.OnError == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	g.OnError(w, r, status, code, err)
}
