package pool

import (
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/pinion-hsm/pinion/hsm"
)

// member is a device of the pool. Pool.mu guards what changes.
type member struct {
	name   string
	index  int
	device hsm.Device
	limit  int

	// breaker decides whether the member serves: it is closed, in the words of circuit
	// breakers, as long as it does. Of its half-open state the health checks alone make
	// use.
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	serving bool // whether the breaker is closed
	since   time.Time
	last    error // what the member said when it last did not answer

	inFlight                      int
	operations, failures, retries uint64
}

func (p *Pool) newMember(i int, d Member) *member {
	m := &member{name: d.Name, index: i, device: d.Device, limit: d.Limit, serving: true, since: time.Now()}
	m.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          d.Name,
		MaxRequests:   1,
		Timeout:       time.Nanosecond, // the health checks set the pace
		ReadyToTrip:   func(c gobreaker.Counts) bool { return int64(c.ConsecutiveFailures) >= int64(p.failures) },
		IsExcluded:    func(err error) bool { return err == errUncounted },
		OnStateChange: func(_ string, _, to gobreaker.State) { p.turned(m, to) },
	})
	return m
}

// turned is called by the breaker, and so with p.mu held.
func (p *Pool) turned(m *member, to gobreaker.State) {
	serving := to == gobreaker.StateClosed
	if m.serving == serving {
		return // from ejected to half-open, and back
	}
	m.serving, m.since = serving, time.Now()
	c := StateChange{Member: m.name, State: Serving, At: m.since}
	if !serving {
		c.State, c.Err = Ejected, m.last
	}
	if p.onChange != nil {
		p.events = append(p.events, c)
	}
	p.wakeAll() // who waits has another choice now
}

// room reports whether the member may be given one more operation.
func (m *member) room() bool { return m.limit == 0 || m.inFlight < m.limit }

// place is a member's promise to do one operation.
type place struct {
	m    *member
	done func(error)
}

// take takes a place. The caller holds p.mu and has seen that the member serves.
func (m *member) take() *place {
	done, err := m.breaker.Allow()
	if err != nil {
		done = func(error) {} // it cannot be: nothing happens to a breaker while p.mu is held
	}
	m.inFlight++
	m.operations++
	return &place{m, done}
}

// verdict is what the end of an operation says of the member that did it.
type verdict uint8

const (
	uncounted verdict = iota // the caller went away
	answered
	unanswered
)

// leave gives a place back.
func (p *Pool) leave(l *place, v verdict, err error) {
	p.mu.Lock()
	l.m.inFlight--
	switch v {
	case answered:
		l.done(nil)
	case unanswered:
		l.m.failures++
		l.m.last = err
		l.done(errFailed)
	default:
		l.done(errUncounted)
	}
	p.handOn(l.m)
	changed := len(p.events) > 0
	p.mu.Unlock()
	if changed {
		p.tell()
	}
}
