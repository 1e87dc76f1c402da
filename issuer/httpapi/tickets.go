package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/access"
)

// kindTicket is how whoever has a ticket is recognised. It is no client: its name
// tells one ticket from another in logs, and nothing else.
const kindTicket access.Kind = "ticket"

// schemeTicket is the authentication scheme of tickets. It is not Bearer, so that
// no ticket is taken for a token, and none gets to where tokens are verified.
const schemeTicket = "Ticket"

type ticketKey struct{}

// ticketOf returns the ticket that a request came with, or "".
func ticketOf(ctx context.Context) string {
	t, _ := ctx.Value(ticketKey{}).(string)
	return t
}

// ticketOr lets in whoever has a ticket, or a client with the scopes. Whether the
// ticket is good is found out when it is used, in the transaction that uses it up.
func ticketOr(scopes ...access.Scope) func(*api, http.Handler) http.Handler {
	return func(a *api, next http.Handler) http.Handler {
		clients := a.guard.Require(scopes...)(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme, ticket, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			if !strings.EqualFold(scheme, schemeTicket) {
				clients.ServeHTTP(w, r)
				return
			}
			if ok, wait := a.Limits.AllowAddress(r.RemoteAddr); !ok {
				w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
				callOf(r.Context()).send(tooMany.problem())
				return
			}
			if !isTicket(ticket) || len(r.Header.Values("Authorization")) > 1 {
				a.Limits.Refused(r.RemoteAddr)
				callOf(r.Context()).send(badTicket.problem())
				return
			}
			ctx := context.WithValue(r.Context(), ticketKey{}, ticket)
			r = r.WithContext(access.With(ctx, &access.Principal{Name: ticketName(ticket), Kind: kindTicket}))
			r.Header = r.Header.Clone()
			r.Header.Del("Authorization") // what a handler cannot see it cannot log
			next.ServeHTTP(w, r)
		})
	}
}

// isTicket says whether a text has a ticket's form: 26 characters of base32.
func isTicket(text string) bool {
	return len(text) == 26 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// ticketName returns 16 hex digits of the ticket's hash, which give nothing away
// of its 130 random bits.
func ticketName(ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return hex.EncodeToString(sum[:8])
}

// ticketRefused counts a ticket that was not good against the sender's address, as
// a refused credential.
func (c *call) ticketRefused(err error) {
	if errors.Is(err, issuer.ErrTicket) {
		c.Limits.Refused(c.r.RemoteAddr)
	}
}
