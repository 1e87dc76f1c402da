package access

import (
	"errors"
	"math"
)

// Rate is how often something may happen: PerSecond on average, Burst at once.
// The zero Rate is no limit. With Burst 0 it is PerSecond rounded up.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits are the rates of the service.
type Limits struct {
	PerClient Rate // requests of one principal
	PerCard   Rate // requests about one card, of all principals and addresses
	// PerAddress is refused credentials of one remote address (of a /64 in IPv6).
	// An address that is over it is not listened to until it is below again,
	// whatever its credential; so where a proxy hides the addresses of clients,
	// leave it zero or have the proxy's word put into Request.RemoteAddr.
	PerAddress Rate
}

// ErrRate is the answer of NewLimiter to a Rate that is none.
var ErrRate = errors.New("issuer/access: a rate has a number per second from 0.000001 to 1000000000 and no negative burst, or is zero for no limit")

func (r Rate) normal() (Rate, error) {
	if r == (Rate{}) {
		return r, nil
	}
	if math.IsNaN(r.PerSecond) || r.PerSecond < 1e-6 || r.PerSecond > 1e9 || r.Burst < 0 {
		return Rate{}, ErrRate
	}
	if r.Burst == 0 {
		r.Burst = int(math.Ceil(r.PerSecond))
	}
	return r, nil
}
