package issuer

import "time"

// Card is what the store keeps of a card. It holds nothing in clear: the PAN is
// sealed, and the PIN is a reference value and a block under a key of the HSM.
type Card struct {
	Token   string // public token: 9 decimal digits
	Product string // name of its [Profile]

	PAN     []byte // sealed by the vault, nil for a card without one
	PANHash []byte // keyed hash to find it by, 32 bytes, nil without PAN

	Reference []byte // PVV or offset as digits, or the stored block
	Block     []byte // ISO-4 under the storage key, nil where the PIN is never revealed
	TriesUsed int    // wrong PINs since the last right one or unblock

	Created time.Time
	Changed time.Time // when the PIN was last set
}

// Status is the state of a card's PIN.
type Status struct {
	Token          string
	Blocked        bool
	RemainingTries int
	MaxTries       int
}

// status returns the state of the card under its profile.
func (c *Card) status(p *Profile) Status {
	left := max(0, p.MaxTries-c.TriesUsed)
	return Status{Token: c.Token, Blocked: left == 0, RemainingTries: left, MaxTries: p.MaxTries}
}
