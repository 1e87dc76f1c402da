//go:build cgo

package pkcs11

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
)

// work does one operation: it calls f with a session of the token. If f fails
// because the token is not there any more, the connection is made anew; then, if
// retry, f is called once more. It must be what is safe to do twice.
//
// f runs in a goroutine of its own if the context can end, because a call of the
// library cannot be interrupted: when the context ends first, the call is
// abandoned. (Not so for a library that does everything in this process, see
// quirks: there f looks at the context between calls.) So f must not touch memory of
// the caller's; what it needs is copied before, and what it makes is its answer.
func work[T any](ctx context.Context, d *Device, key string, retry bool, f func(*bench) (T, error)) (T, error) {
	for {
		a := attempt(ctx, d, f)
		switch {
		case a.err == nil, a.link == nil: // done, or there is no connection
			return a.value, a.err
		case errors.Is(a.err, errDropped): // while it waited: it has not done anything
			d.away(a.link)
			continue
		case !a.lost:
			return a.value, explain(key, a.err)
		}
		d.away(a.link)
		if !retry {
			return a.value, unavailable(key, a.err)
		}
		retry = false
	}
}

// do is work for what has no answer.
func (d *Device) do(ctx context.Context, key string, retry bool, f func(*bench) error) error {
	_, err := work(ctx, d, key, retry, func(b *bench) (struct{}, error) { return struct{}{}, f(b) })
	return err
}

// answer is how an attempt ended.
type answer[T any] struct {
	value T
	err   error
	link  *link // on which it was made
	lost  bool  // the link is of no more use
}

// attempt does an operation on the connection that there is, or makes one.
func attempt[T any](ctx context.Context, d *Device, f func(*bench) (T, error)) (a answer[T]) {
	l, err := d.connected(ctx)
	if err != nil {
		return answer[T]{err: err}
	}
	if !l.enter() {
		return answer[T]{err: errDropped, link: l} // given up by its last user
	}
	p, err := l.permit(ctx)
	if err != nil {
		l.leave()
		return answer[T]{err: err, link: l}
	}
	if ctx.Done() == nil || l.m.quirks.local {
		return run(ctx, d, p, f)
	}
	done := make(chan answer[T], 1)
	go func() { done <- run(ctx, d, p, f) }()
	select {
	case a := <-done:
		return a
	case <-ctx.Done():
		p.abandon()
		return answer[T]{err: &hsm.Error{Err: ctx.Err(), Hint: "the token had not answered; its session is replaced"}, link: l}
	}
}

// run does an operation that has a permit, and gives that back.
func run[T any](ctx context.Context, d *Device, p *permit, f func(*bench) (T, error)) answer[T] {
	a := answer[T]{link: p.l}
	a.value, a.err = onBench(ctx, d, p, f)
	a.lost = gone(a.err) || vague(a.err) && !p.l.alive()
	p.give()
	p.l.leave()
	return a
}

// onBench calls f with a session, and once more if a key turns out to be gone: if it
// was deleted and made again elsewhere, or somebody logged out and in again.
func onBench[T any](ctx context.Context, d *Device, p *permit, f func(*bench) (T, error)) (v T, err error) {
	for again := true; ; again = false {
		s, err := p.session(ctx)
		if err != nil {
			return v, err
		}
		b := &bench{ctx: ctx, d: d, l: p.l, s: s}
		v, err = f(b)
		b.clean()
		vanished := b.vanished(err)
		p.l.giveBack(s, b.broken || p.isLeft())
		switch {
		case !vanished:
			return v, err
		case !again:
			return v, &hsm.Error{Key: b.used[0].key.info.Label, Err: hsm.ErrUnavailable, Hint: "it went while it was used, twice"}
		}
		for _, u := range b.used {
			u.key.from.forget(p.l)
		}
	}
}
