package pool

import (
	"context"
	"errors"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// watch asks a member, again and again, how it is.
func (p *Pool) watch(ctx context.Context, m *member) {
	t := time.NewTicker(p.interval)
	defer t.Stop()
	answer := make(chan error, 1) // of the check that runs, or ran
	running := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if running { // one check at a time: a device that hangs is not asked again
			select {
			case <-answer:
				running = false // too late to count
			default:
				p.hung(ctx, m)
				continue
			}
		}
		running = !p.check(ctx, m, answer)
	}
}

// check asks a member once, and returns false if the answer has not come in time,
// not even that it does not come.
func (p *Pool) check(ctx context.Context, m *member, answer chan error) bool {
	p.mu.Lock()
	serving := m.serving
	done, err := m.breaker.Allow()
	p.mu.Unlock()
	if err != nil {
		return true // it cannot be: this is the one check of the member
	}
	inner, cancel := context.WithTimeout(ctx, p.checkTimeout)
	defer cancel()
	go func() { answer <- p.ask(inner, m, serving) }()
	select {
	case err = <-answer:
		p.report(ctx, m, done, err)
		return true
	case <-inner.Done():
	}
	// A device that keeps to its context answers now; what it says counts, even if it
	// says that it is there.
	late := time.NewTimer(p.checkTimeout / 8)
	defer late.Stop()
	select {
	case err = <-answer:
		p.report(ctx, m, done, err)
		return true
	case <-late.C:
		p.report(ctx, m, done, errHung)
		return false
	}
}

// report counts the answer to a health check. It brings a member back that was
// ejected, or ejects it. If the member was ejected since the check began, the breaker
// takes no notice of it: the answer is older than that.
func (p *Pool) report(ctx context.Context, m *member, done func(error), err error) {
	p.mu.Lock()
	switch {
	case ctx.Err() != nil: // the pool is closed
		done(errUncounted)
	case err != nil:
		m.last = err
		done(errFailed)
	default:
		done(nil)
	}
	p.mu.Unlock()
	p.tell()
}

// hung counts a check that is not made because the last one still runs.
func (p *Pool) hung(ctx context.Context, m *member) {
	p.mu.Lock()
	done, err := m.breaker.Allow()
	p.mu.Unlock()
	if err == nil {
		p.report(ctx, m, done, errHung)
	}
}

// ask asks a member whether it is there, and then for the keys that the pool knows.
func (p *Pool) ask(ctx context.Context, m *member, serving bool) error {
	if d, ok := m.device.(hsm.Pinger); ok {
		if err := d.Ping(ctx); err != nil {
			return err
		}
	}
	known, turn := p.keys.all()
	for _, k := range known {
		if err := p.learn(ctx, m, k, turn, serving); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// learn sees whether a member has a key that the pool knows. One that is to serve
// again must have it, as far as it can: ephemeral keys are gone with what made them,
// and a key that it did not have before it went away is not missed.
func (p *Pool) learn(ctx context.Context, m *member, k *key, turn uint64, serving bool) error {
	found, err := m.device.FindKey(ctx, k.ref)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, hsm.ErrKeyNotFound):
		if !serving && !k.info.Ephemeral && !k.on[m.index].absent {
			return err
		}
		p.keys.saw(k.ref, m, copyOf{absent: true}, turn)
		return nil
	case err != nil:
		if serving && !failed(ctx, err) {
			return nil // whoever uses the key is told
		}
		return err
	}
	if err := same("the pool", &k.info, m.name, found.Info()); err != nil {
		if !serving {
			return err
		}
		p.keys.forget(k.ref)
		return nil
	}
	p.keys.saw(k.ref, m, copyOf{key: found}, turn)
	return nil
}
