package pool

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

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
		if _, err := m.manager(); err != nil {
			return err
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
