package pool

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

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

// ImportKey implements [hsm.KeyManager]: the key is put on every member. A persistent
// key is put on all or none: every member must serve, and where one fails the others give
// the key back. An ephemeral key is put on those that serve.
func (p *Pool) ImportKey(ctx context.Context, s hsm.KeySpec, k keys.Key) (hsm.KeyInfo, error) {
	done, err := p.managing(ctx)
	if err != nil {
		return hsm.KeyInfo{}, err
	}
	defer done()
	if err := p.vacant(ctx, s.Label); err != nil {
		return hsm.KeyInfo{}, err
	}
	if !s.Ephemeral {
		if err := p.complete("to import a key that stays"); err != nil {
			return hsm.KeyInfo{}, err
		}
	}
	defer p.keys.forget(s.Label)
	var info hsm.KeyInfo
	var took []*member
	for _, m := range p.members {
		made, ok, err := p.importOn(ctx, m, s, k)
		if err == nil && !ok {
			continue
		}
		if err == nil && len(took) > 0 {
			err = same(took[0].name, &info, m.name, &made)
		}
		if ok && err == nil || errors.Is(err, ErrDiffers) {
			took = append(took, m)
		}
		if err != nil {
			return hsm.KeyInfo{}, p.takeBack(ctx, s.Label, took, err)
		}
		if len(took) == 1 || info.KCV == "" {
			info = made
		}
	}
	if len(took) == 0 {
		return hsm.KeyInfo{}, p.cannotManage()
	}
	return info, nil
}

// importOn puts a key on one member. It returns false without an error if the key is
// ephemeral and the member has to do without it.
func (p *Pool) importOn(ctx context.Context, m *member, s hsm.KeySpec, k keys.Key) (info hsm.KeyInfo, ok bool, err error) {
	d, ok := m.device.(hsm.KeyManager)
	if !ok {
		return info, false, nil // it is an ephemeral key
	}
	asked, err := p.on(ctx, m, p.tryTimeout, func(ctx context.Context) (err error) {
		info, err = d.ImportKey(ctx, s, k)
		return err
	})
	switch {
	case s.Ephemeral && ctx.Err() == nil && !p.closed.Load() && (!asked || failed(ctx, err)):
		return info, false, nil
	case failed(ctx, err):
		return info, false, hinted(p.named(m, err), "member "+m.name+" may have the key nevertheless: see when it is back")
	case err != nil:
		return info, false, p.named(m, err)
	case !asked:
		return info, false, p.unavailable()
	}
	return info, true, nil
}

// complete returns nil if all members serve and manage keys.
func (p *Pool) complete(why string) error {
	p.mu.Lock()
	all := true
	for _, m := range p.members {
		all = all && m.serving
	}
	p.mu.Unlock()
	if !all {
		return p.absent(why)
	}
	for _, m := range p.members {
		if _, ok := m.device.(hsm.KeyManager); !ok {
			return fmt.Errorf("hsm/pool: member %s does not manage keys: %w", m.name, errors.ErrUnsupported)
		}
	}
	return nil
}

// absent is the error where all members are needed, and one is away.
func (p *Pool) absent(why string) error {
	e := p.unavailable()
	e.Hint = "all members must be there " + why + "; " + e.Hint
	return e
}

// takeBack removes a key from the members that took it, whatever became of the
// caller, and completes the reason.
func (p *Pool) takeBack(ctx context.Context, label string, took []*member, reason error) error {
	ctx = context.WithoutCancel(ctx)
	for _, m := range took {
		asked, err := p.on(ctx, m, p.checkTimeout, func(ctx context.Context) error {
			return m.device.(hsm.KeyManager).DeleteKey(ctx, label)
		})
		if (!asked || err != nil) && !errors.Is(err, hsm.ErrKeyNotFound) {
			reason = hinted(reason, "and the key stays on member "+m.name+", which did not give it back")
		}
	}
	return reason
}
