//go:build cgo

package pkcs11

import (
	"context"

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
	left     bool // nobody waits for the call any more
	replaced bool // another has been let in for it
	void     bool // there is nothing to give back
	given    bool // it was given back
}

// errStuck is returned where all sessions are in calls that do not return.
var errStuck = &hsm.Error{Err: hsm.ErrUnavailable,
	Hint: "every session is in a call of the PKCS#11 library that has not returned, and nobody waits for any more: the token hangs"}

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
		return nil, ctx.Err()
	case <-l.permits:
		return &permit{l: l}, nil
	}
}

// stuck reports whether no session is left but in abandoned calls.
func (l *link) stuck() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held+l.voids >= cap(l.permits)
}

// give returns the permit, after the call has returned.
func (p *permit) give() {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	p.given = true
	switch {
	case p.void:
	case p.replaced:
		l.replaced--
	case p.left:
		l.held--
		l.permits <- struct{}{}
	default:
		l.permits <- struct{}{} // there is always room: a permit is here or there
	}
}

// abandon is for who does not wait for the call any more.
func (p *permit) abandon() {
	l := p.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.given {
		return
	}
	p.left = true
	switch {
	case p.void:
	case l.replaced < cap(l.permits) && !l.shared:
		p.replaced = true
		l.replaced++
		l.permits <- struct{}{}
	default:
		l.held++
	}
}

func (p *permit) abandoned() bool {
	p.l.mu.Lock()
	defer p.l.mu.Unlock()
	return p.left
}

// session returns a session, a new one if none is idle.
func (p *permit) session(ctx context.Context) (pkcs11.SessionHandle, error) {
	l := p.l
	for {
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
		l.mu.Lock()
		l.open--
		fewer := is(err, pkcs11.CKR_SESSION_COUNT) && l.open > 0 && l.replaced == 0 && !p.left
		l.mu.Unlock()
		if !fewer {
			return 0, err
		}
		// The token has fewer sessions than it said. The permit is not given back:
		// this link has as many as there are sessions. Another is waited for.
		p.setVoid(true)
		if _, err := l.permit(ctx); err != nil {
			return 0, err
		}
		p.setVoid(false)
	}
}

func (p *permit) setVoid(v bool) {
	p.l.mu.Lock()
	defer p.l.mu.Unlock()
	p.void = v
	if v {
		p.l.voids++
	}
}
