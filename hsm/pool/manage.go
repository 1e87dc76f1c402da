package pool

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
)

// manager returns the member's device as one that manages keys.
func (m *member) manager() (hsm.KeyManager, error) {
	d, ok := m.device.(hsm.KeyManager)
	if !ok {
		return nil, fmt.Errorf("hsm/pool: member %s does not manage keys: %w", m.name, errors.ErrUnsupported)
	}
	return d, nil
}

// managing keeps others of this pool from making and removing keys.
func (p *Pool) managing(ctx context.Context) (done func(), err error) {
	if p.closed.Load() {
		return nil, hsm.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.manage <- struct{}{}:
		return func() { <-p.manage }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// GenerateKey implements [hsm.KeyManager]. An ephemeral key is made on one member, and
// what is done with it is done there. A persistent key would be on one member
// only, so that the others could not stand in for it: with more members than one the
// error is errors.ErrUnsupported.
func (p *Pool) GenerateKey(ctx context.Context, s hsm.KeySpec) (info hsm.KeyInfo, err error) {
	done, err := p.managing(ctx)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	defer done()
	if err := p.vacant(ctx, s.Label); err != nil {
		return hsm.KeyInfo{}, err
	}
	if !s.Ephemeral && len(p.members) > 1 {
		return hsm.KeyInfo{}, &hsm.Error{Err: errors.ErrUnsupported, Key: s.Label,
			Hint: "a key that is made on one member of the pool is not on the others: import the same key into each, from components or a key block"}
	}
	l, err := p.pick(ctx, nil, func(m *member) bool { _, ok := m.device.(hsm.KeyManager); return ok })
	switch {
	case err != nil:
		return hsm.KeyInfo{}, err
	case l == nil:
		return hsm.KeyInfo{}, p.cannotManage()
	}
	// Not tried twice: a member that went away in the middle may have made it.
	err = p.try(ctx, l, p.tryTimeout, func(ctx context.Context) (err error) {
		info, err = l.m.device.(hsm.KeyManager).GenerateKey(ctx, s)
		return err
	})
	p.keys.forget(s.Label)
	if err != nil {
		return hsm.KeyInfo{}, p.named(l.m, err)
	}
	return info, nil
}

// vacant returns [hsm.ErrKeyExists] if a member has a key of the label.
func (p *Pool) vacant(ctx context.Context, label string) error {
	p.keys.forget(label)
	found, err := p.look(ctx, label)
	switch {
	case errors.Is(err, hsm.ErrKeyNotFound):
		return nil
	case errors.Is(err, ErrDiffers):
		return &hsm.Error{Key: label, Err: hsm.ErrKeyExists, Hint: "and it is not the same on every member"}
	case err != nil:
		return err
	}
	e := &hsm.Error{Key: label, Err: hsm.ErrKeyExists}
	for i, c := range found.on {
		if c.absent {
			e.Hint = fmt.Sprintf("but not on member %s: to add it there, import it on that device alone", p.members[i].name)
		}
	}
	return e
}

// cannotManage is the error where no member that serves manages keys.
func (p *Pool) cannotManage() error {
	for _, m := range p.members {
		if _, ok := m.device.(hsm.KeyManager); ok {
			return p.unavailable()
		}
	}
	return fmt.Errorf("hsm/pool: no member manages keys: %w", errors.ErrUnsupported)
}
