package pool

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
)

// FindKey implements [hsm.Device]: the reference is the label on every member. The
// first time, all members that serve are asked. If they have different keys, the
// error is [ErrDiffers].
func (p *Pool) FindKey(ctx context.Context, ref string) (hsm.Key, error) {
	if p.closed.Load() {
		return nil, hsm.ErrClosed
	}
	k, turn := p.keys.get(ref)
	if k != nil {
		return k, nil
	}
	k, err := p.look(ctx, ref)
	if err != nil {
		return nil, err
	}
	p.keys.put(k, turn)
	return k, nil
}

// answer is what a member said when it was asked.
type answer[T any] struct {
	asked bool
	value T
	err   error
}

// everywhere asks all members that serve, at the same time, and has a time for each if
// that is not zero.
func everywhere[T any](ctx context.Context, p *Pool, limit time.Duration, f func(context.Context, *member) (T, error)) []answer[T] {
	answers := make([]answer[T], len(p.members))
	var wg sync.WaitGroup
	for i, m := range p.members {
		wg.Go(func() {
			a := &answers[i]
			a.asked, a.err = p.on(ctx, m, limit, func(ctx context.Context) (err error) {
				a.value, err = f(ctx, m)
				return err
			})
		})
	}
	wg.Wait()
	return answers
}

// look asks all members that serve for a key.
func (p *Pool) look(ctx context.Context, ref string) (*key, error) {
	answers := everywhere(ctx, p, p.checkTimeout, func(ctx context.Context, m *member) (hsm.Key, error) {
		return m.device.FindKey(ctx, ref)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := &key{p: p, ref: ref, on: make([]copyOf, len(p.members))}
	var first *member
	var refused error
	for i, a := range answers {
		m := p.members[i]
		switch {
		case !a.asked, failed(ctx, a.err):
		case errors.Is(a.err, hsm.ErrKeyNotFound):
			k.on[i].absent = true
			if refused == nil {
				refused = a.err
			}
		case a.err != nil:
			refused = p.named(m, a.err)
		case first == nil:
			first, k.info, k.on[i].key = m, *a.value.Info(), a.value
		default:
			if err := same(first.name, &k.info, m.name, a.value.Info()); err != nil {
				return nil, err
			}
			k.on[i].key = a.value
			if k.info.KCV == "" {
				k.info.KCV = a.value.Info().KCV
			}
		}
	}
	switch {
	case first != nil:
		return k, nil
	case p.closed.Load():
		return nil, hsm.ErrClosed
	case refused != nil:
		return nil, refused
	}
	return nil, p.unavailable()
}
