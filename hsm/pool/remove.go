package pool

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
)

// DeleteKey implements [hsm.KeyManager]: the key is removed from every member, also
// where members have different keys of the label. For a persistent key all members must
// serve; one that was away would bring it back.
func (p *Pool) DeleteKey(ctx context.Context, ref string) error {
	done, err := p.managing(ctx)
	if err != nil {
		return err
	}
	defer done()
	p.keys.forget(ref)
	defer p.keys.forget(ref)
	holders, err := p.holders(ctx, ref)
	if err != nil {
		return err
	}
	var left error
	for _, m := range holders {
		asked, err := p.on(ctx, m, p.tryTimeout, func(ctx context.Context) error {
			return m.device.(hsm.KeyManager).DeleteKey(ctx, ref)
		})
		if err == nil && !asked {
			err = p.unavailable()
		}
		if err != nil && !errors.Is(err, hsm.ErrKeyNotFound) && left == nil {
			left = p.named(m, err)
		}
	}
	return left
}

// holders returns the members that have a key, if it may be deleted.
func (p *Pool) holders(ctx context.Context, ref string) (holders []*member, err error) {
	answers := everywhere(ctx, p, p.checkTimeout, func(ctx context.Context, m *member) (hsm.Key, error) {
		return m.device.FindKey(ctx, ref)
	})
	if p.closed.Load() {
		return nil, hsm.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	stays, asked := false, false
	for i, a := range answers {
		m := p.members[i]
		switch {
		case !a.asked, failed(ctx, a.err):
			continue
		case errors.Is(a.err, hsm.ErrKeyNotFound):
			asked = true
			continue
		case a.err != nil:
			return nil, p.named(m, a.err)
		}
		asked = true
		if _, err := m.manager(); err != nil {
			return nil, err
		}
		stays = stays || !a.value.Info().Ephemeral
		holders = append(holders, m)
	}
	switch {
	case !asked:
		return nil, p.unavailable()
	case len(holders) == 0:
		return nil, &hsm.Error{Key: ref, Err: hsm.ErrKeyNotFound}
	case stays:
		for _, a := range answers {
			if !a.asked || failed(ctx, a.err) {
				return nil, p.absent("to delete a key that stays")
			}
		}
	}
	return holders, nil
}
