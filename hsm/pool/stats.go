package pool

import "time"

// State is whether a member serves.
type State uint8

// The states of a member.
const (
	Serving State = 1 + iota
	Ejected       // it is asked for its health only
)

// String returns "serving" or "ejected".
func (s State) String() string {
	switch s {
	case Serving:
		return "serving"
	case Ejected:
		return "ejected"
	}
	return "invalid state"
}

// StateChange is told to the function of [WithStateFunc].
type StateChange struct {
	Member string
	State  State
	At     time.Time
	Err    error // why the member was ejected
}

// MemberStats is what a member does and did since the pool was made.
type MemberStats struct {
	Name  string
	State State
	Since time.Time // of the state
	// LastFailure is what the member said when it last did not answer, or why it may not
	// serve again; empty if that never was. It has no secrets.
	LastFailure string

	InFlight   int    // operations that it does now
	Operations uint64 // that it was given
	Failures   uint64 // of these, those it did not answer
	Retries    uint64 // of these, those that were done, or tried, on another member
}

// Stats returns the state and the counts of every member, in their order.
func (p *Pool) Stats() []MemberStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]MemberStats, len(p.members))
	for i, m := range p.members {
		list[i] = MemberStats{Name: m.name, State: Ejected, Since: m.since, InFlight: m.inFlight,
			Operations: m.operations, Failures: m.failures, Retries: m.retries}
		if m.serving {
			list[i].State = Serving
		}
		if m.last != nil {
			list[i].LastFailure = said(m.last)
		}
	}
	return list
}

// tell tells of what has changed. Whoever tells tells of all there is, so that it
// is in order, and so that the function may use the pool.
func (p *Pool) tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.telling {
		return
	}
	p.telling = true
	for len(p.events) > 0 {
		e := p.events[0]
		p.events = p.events[1:]
		p.mu.Unlock()
		p.onChange(e)
		p.mu.Lock()
	}
	p.telling = false
}
