package issuer

import "github.com/pinion-hsm/pinion/hsm"

// Request is what every request carries beside what it asks for.
type Request struct {
	Actor       string // who called: the client's name
	UpdatedBy   string // on whose behalf, 0 to 100 characters
	Description string // why, 0 to 800 characters
	Trace       string // trace identifier
	Once        *Once  // not to be executed twice, may be nil
}

// Once marks a request that may be sent again and is executed once.
type Once struct {
	ID          AnswerID
	Fingerprint []byte // Vault.Fingerprint of the request
}

// PINBlock is a PIN as it travels: a block, and the key it is under. The key is
// never the service's own storage key.
type PINBlock struct {
	Block []byte
	Key   hsm.PINKey
}

// PINChange is what a cardholder who changes a PIN sends: both are blocks of clients.
type PINChange struct{ Current, New PINBlock }

// Result is what became of a request that was executed.
type Result string

// The results.
const (
	OK         Result = "ok"
	WrongPIN   Result = "wrong-pin"  // a try is used up
	Blocked    Result = "blocked"    // no tries are left; the HSM was not asked
	Unreadable Result = "unreadable" // the PIN block did not open; no try is used up
	WeakPIN    Result = "weak-pin"   // the new PIN is refused by the product's rules
	PINLength  Result = "pin-length" // the new PIN has not the product's length
)

// Outcome is the answer to a request that was executed and is in the audit log.
// It holds no PIN data and may be kept.
type Outcome struct {
	Result         Result `json:"result"`
	Token          string `json:"token"`
	RemainingTries int    `json:"remainingTries"`
	MaxTries       int    `json:"maxTries"`

	// Replayed says that the request was executed before, and that this is what
	// was answered then.
	Replayed bool `json:"-"`
}

// Blocked reports whether no tries are left.
func (o *Outcome) Blocked() bool { return o.RemainingTries == 0 }

// outcome returns a result with the state of the card.
func outcome(r Result, c *Card, p *Profile) Outcome {
	s := c.status(p)
	return Outcome{Result: r, Token: c.Token, RemainingTries: s.RemainingTries, MaxTries: s.MaxTries}
}
