package access

import (
	"net/netip"
	"time"
)

// Limiter counts requests against Limits, in this process: n processes allow n
// times as much. It is safe for concurrent use, and its memory is bounded
// whatever clients, cards and addresses it is asked about. Nil limits nothing.
type Limiter struct {
	clients, cards, addresses *buckets
	now                       func() time.Time
}

// NewLimiter returns a Limiter, or ErrRate.
func NewLimiter(l Limits) (*Limiter, error) {
	clients, err := newBuckets(l.PerClient)
	if err != nil {
		return nil, err
	}
	cards, err := newBuckets(l.PerCard)
	if err != nil {
		return nil, err
	}
	addresses, err := newBuckets(l.PerAddress)
	if err != nil {
		return nil, err
	}
	return &Limiter{clients: clients, cards: cards, addresses: addresses, now: time.Now}, nil
}

// AllowClient counts a request of a client, by [Principal.ID]. If it is one too
// many, retryAfter is when there may be another; it is not counted then.
func (l *Limiter) AllowClient(id string) (ok bool, retryAfter time.Duration) {
	if l == nil {
		return true, 0
	}
	return l.clients.take(id, l.now())
}

// AllowCard counts a request about a card, by its public token or whatever names
// it, existing or not.
func (l *Limiter) AllowCard(token string) (ok bool, retryAfter time.Duration) {
	if l == nil {
		return true, 0
	}
	return l.cards.take(token, l.now())
}

// AllowAddress says whether a remote address (of http.Request.RemoteAddr) has a
// refusal left. It counts nothing.
func (l *Limiter) AllowAddress(remote string) (ok bool, retryAfter time.Duration) {
	if l == nil {
		return true, 0
	}
	return l.addresses.look(network(remote), l.now())
}

// Refused counts a refused credential against a remote address.
func (l *Limiter) Refused(remote string) {
	if l != nil {
		l.addresses.take(network(remote), l.now())
	}
}

// network cuts the port from an address, and an IPv6 address to its /64, all of
// which one host may have.
func network(remote string) string {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	addr := ap.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}
