//go:build cgo

package pkcs11

import (
	"context"
	"time"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// permit is the right to use one session of a link. There are as many as the link
// may have sessions, and one more for each call that was abandoned, up to as many
// again: such a call has its session until the library returns, and others go on
// with another.
type permit struct {
	l *link
	// What follows is guarded by l.mu.
	left    bool // nobody waits for the call any more
	counted bool // in l.abandoned
	void    bool // there is nothing to give back
	given   bool // it was given back
}

// errStuck is returned where all sessions are in calls that do not return.
var errStuck = &hsm.Error{Err: hsm.ErrUnavailable,
	Hint: "every session is in a call of the PKCS#11 library that has not returned, and nobody waits for any more: the token hangs, and is used again as soon as a call returns; if none does, restart what the library talks to, or this process"}

// permit waits for a permit.
func (l *link) permit(ctx context.Context) (*permit, error) {
	select {
	case <-l.permits:
		return &permit{l: l}, nil
	default:
	}
	if l.stuck() {
		return nil, errStuck
	}
	select {
	case <-l.down:
		return nil, errDropped
	case <-ctx.Done():
		return nil, &hsm.Error{Err: ctx.Err(), Hint: "every session was in use: open the device with more, or ask for less at a time"}
	case <-l.permits:
		return &permit{l: l}, nil
	}
}

// stuck reports whether no session is left but in abandoned calls.
func (l *link) stuck() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.withheld > 0 && l.withheld+l.voids >= cap(l.permits)
}

// give returns the permit, after the call has returned. There is always room: a
// permit is here or there.
func (p *permit) give() {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	p.given = true
	switch {
	case p.void:
	case !p.counted:
		l.permits <- struct{}{}
	case l.withheld > 0:
		l.withheld--
		l.permits <- struct{}{}
	}
	if p.counted {
		l.abandoned--
	}
	if l.voids > 0 && time.Since(l.refused) > askAgain {
		l.voids-- // the token may have another session by now
		l.permits <- struct{}{}
		l.refused = time.Now()
	}
}

// askAgain is when a token is asked for more sessions after it said it has no more:
// others may have given theirs back.
const askAgain = time.Second

// abandon is for who does not wait for the call any more.
func (p *permit) abandon() {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	p.left = true
	if p.given || p.void {
		return
	}
	p.counted = true
	l.abandoned++
	if l.abandoned <= cap(l.permits) && !l.shared {
		l.permits <- struct{}{} // another goes on in its place
	} else {
		l.withheld++
	}
}

// isLeft reports whether the call was abandoned.
func (p *permit) isLeft() bool {
	p.l.mu.Lock()
	defer p.l.mu.Unlock()
	return p.left
}

// session returns a session, a new one if none is idle.
func (p *permit) session(ctx context.Context) (pkcs11.SessionHandle, error) {
	l := p.l
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if l.shared {
			return l.pinned, nil
		}
		if s, ok := l.takeIdle(); ok {
			return s, nil
		}
		s, err := l.openSession()
		if err == nil {
			return s, nil
		}
		if !p.fewer(err) {
			return 0, err
		}
		if _, err := l.permit(ctx); err != nil {
			return 0, err
		}
		p.setVoid(false)
	}
}

// fewer counts out a session that could not be opened. It reports whether the token
// has fewer than it said, or others have them: then the permit is kept, so that the
// link has no more than there are sessions, and another is to be waited for.
func (p *permit) fewer(err error) bool {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if !is(err, pkcs11.CKR_SESSION_COUNT) {
		return false
	}
	l.refused = time.Now()
	if l.open == 0 || l.abandoned > 0 {
		return false // whoever is waited for may not come back
	}
	p.void = true
	l.voids++
	return true
}

func (p *permit) setVoid(v bool) {
	p.l.mu.Lock()
	defer p.l.mu.Unlock()
	p.void = v
}
