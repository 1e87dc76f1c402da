package pool

import (
	"context"
	"slices"

	"github.com/pinion-hsm/pinion/hsm"
)

// waiter waits for a place with a member.
type waiter struct {
	fits  func(*member) bool
	ready chan *place // nil: look again
}

// pick returns a place with a member that serves and fits, and waits for one if all
// of those have as much as they may. If there is none that fits it returns nil.
func (p *Pool) pick(ctx context.Context, prefer *member, fits func(*member) bool) (*place, error) {
	for {
		if p.closed.Load() {
			return nil, hsm.ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.mu.Lock()
		m := p.choose(prefer, fits)
		if m == nil {
			p.mu.Unlock()
			return nil, nil
		}
		if m.room() {
			l := m.take()
			p.mu.Unlock()
			return l, nil
		}
		w := &waiter{fits: fits, ready: make(chan *place, 1)}
		p.waiters = append(p.waiters, w)
		p.mu.Unlock()
		if l := p.wait(ctx, w); l != nil {
			return l, nil
		}
	}
}

// wait returns the place that was handed on, or nil if there is a reason to look
// again.
func (p *Pool) wait(ctx context.Context, w *waiter) *place {
	if p.closed.Load() {
		return nil // closed since it was looked at: nobody wakes who came later
	}
	select {
	case l := <-w.ready:
		return l
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.waiters = slices.DeleteFunc(p.waiters, func(o *waiter) bool { return o == w })
	p.mu.Unlock()
	select {
	case l := <-w.ready:
		if l != nil { // it came too late
			p.leave(l, uncounted, nil)
		}
	default:
	}
	return nil
}

// choose returns the member for an operation, which may have no room, or nil. The
// caller holds p.mu.
func (p *Pool) choose(prefer *member, fits func(*member) bool) *member {
	if p.standby {
		return p.first(fits)
	}
	if prefer != nil && prefer.serving && prefer.room() && fits(prefer) {
		return prefer
	}
	var best *member
	for i := range p.members {
		m := p.members[(p.next+1+i)%len(p.members)]
		if !m.serving || !fits(m) {
			continue
		}
		if best == nil || m.room() && !best.room() || m.room() == best.room() && m.inFlight < best.inFlight {
			best = m
		}
	}
	if best != nil {
		p.next = best.index
	}
	return best
}

// first returns the member whose turn it is in standby.
func (p *Pool) first(fits func(*member) bool) *member {
	if p.stay {
		if !p.members[p.active].serving {
			p.active = max(0, slices.IndexFunc(p.members, func(m *member) bool { return m.serving }))
		}
		if m := p.members[p.active]; m.serving && fits(m) {
			return m
		}
	}
	for _, m := range p.members {
		if m.serving && fits(m) {
			return m
		}
	}
	return nil
}

// handOn gives the place that became free to who has waited for it longest. The
// caller holds p.mu.
func (p *Pool) handOn(m *member) {
	for i, w := range p.waiters {
		if !m.serving || !m.room() {
			return
		}
		if !w.fits(m) || p.standby && p.first(w.fits) != m {
			continue
		}
		p.waiters = slices.Delete(p.waiters, i, i+1)
		w.ready <- m.take()
		return
	}
}

// wakeAll has everybody who waits look again. The caller holds p.mu.
func (p *Pool) wakeAll() {
	for _, w := range p.waiters {
		w.ready <- nil
	}
	p.waiters = nil
}
