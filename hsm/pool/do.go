package pool

import (
	"context"
	"errors"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// action is an operation on one member. The keys in the work are that member's.
type action func(ctx context.Context, m *member, w hsm.Work) error

// do does an operation on a member, and on another one if that does not answer,
// each at most once. The keys in the work are the pool's.
//
// Nothing that goes through here changes anything on a device, so it is safe to do it
// again where the first answer did not arrive: a translation, a verification
// and a reference value depend on their input alone (the tries of a cardholder are
// counted above, by who gets the one answer), and of two PINs that were drawn one was
// never given to anybody.
func (p *Pool) do(ctx context.Context, w hsm.Work, f action) error {
	r := round{p: p, work: w, tried: make([]bool, len(p.members))}
	if w.Op != 0 {
		r.told, _ = p.Exposure(w)
	}
	var from *member // who failed to answer
	for {
		l, err := p.pick(ctx, r.prefers(), r.fits)
		if err != nil {
			return err
		}
		if l == nil {
			return r.nobody()
		}
		r.tried[l.m.index] = true
		if from != nil {
			p.retried(from)
			from = nil
		}
		err = p.try(ctx, l, p.tryTimeout, func(ctx context.Context) error { return r.run(ctx, l.m, f) })
		switch {
		case err == nil:
			return nil
		case p.closed.Load() && errors.Is(err, hsm.ErrClosed):
			return hsm.ErrClosed
		case failed(ctx, err):
			from, r.failed = l.m, true
		case passes(err):
			r.passed = p.named(l.m, err)
		default:
			return p.named(l.m, err)
		}
	}
}

// try has a member do something, in a time if that is not zero, and tells from the
// end of it how the member is.
func (p *Pool) try(ctx context.Context, l *place, limit time.Duration, f func(context.Context) error) (err error) {
	v := uncounted // if f panics
	defer func() { p.leave(l, v, err) }()
	inner, cancel := within(ctx, limit)
	defer cancel()
	err = f(inner)
	switch {
	case p.closed.Load():
	case err == nil:
		v = answered
	case failed(ctx, err):
		v = unanswered
	case ctx.Err() == nil:
		v = answered
	}
	return err
}

// on has one member, and no other, do something. It returns nil and false if the member does
// not serve.
func (p *Pool) on(ctx context.Context, m *member, limit time.Duration, f func(context.Context) error) (bool, error) {
	waiting, cancel := within(ctx, limit)
	l, err := p.pick(waiting, nil, func(o *member) bool { return o == m })
	cancel()
	if l == nil || err != nil {
		return false, err
	}
	return true, p.try(ctx, l, limit, f)
}

// round is one operation on its way from member to member.
type round struct {
	p      *Pool
	work   hsm.Work
	told   hsm.Exposure // what the pool said of the work
	tried  []bool
	failed bool  // a member did not answer
	passed error // why a member was passed over
}

// fits reports whether a member may be tried.
func (r *round) fits(m *member) bool {
	if r.tried[m.index] {
		return false
	}
	_, ok := r.p.workOn(m, r.work)
	return ok
}

// prefers returns the member that has derived a key of the work already, if one has.
func (r *round) prefers() *member {
	for _, k := range []hsm.Key{r.work.FromKey, r.work.ToKey} {
		if d, ok := k.(*derived); ok {
			return d.on
		}
	}
	return nil
}

// run does the operation on a member.
func (r *round) run(ctx context.Context, m *member, f action) (err error) {
	w := r.work
	var derived []hsm.Key
	defer func() {
		for _, k := range derived {
			release(k)
		}
	}()
	for _, k := range []*hsm.Key{&w.FromKey, &w.ToKey, &w.MethodKey} {
		made, err := r.p.resolve(ctx, m, k)
		if err != nil {
			return err
		}
		if made {
			derived = append(derived, *k)
		}
	}
	if w.Op != 0 {
		if e, why := m.device.Exposure(w); e < max(r.told, r.p.least) {
			return worse(e, why)
		}
	}
	return f(ctx, m, w)
}

// nobody is the end of a round in which no member did the operation.
func (r *round) nobody() error {
	if r.failed {
		return r.p.unavailable()
	}
	if r.passed != nil && !errors.Is(r.passed, hsm.ErrKeyNotFound) {
		return r.passed
	}
	for _, m := range r.p.members { // one that is away may have the keys
		if !r.tried[m.index] && r.fits(m) {
			return r.p.unavailable()
		}
	}
	if r.passed != nil {
		return r.passed
	}
	return &hsm.Error{Err: hsm.ErrKeyNotFound, Hint: "no member of the pool has all the keys of the operation"}
}

func (p *Pool) retried(m *member) {
	p.mu.Lock()
	m.retries++
	p.mu.Unlock()
}

// within returns a context that ends in time, if there is a limit.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}
