//go:build cgo

package pkcs11

import (
	"context"
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// do calls f with the connection to the token. If f fails because the token is
// not there any more, the connection is made anew; then, if retry, f is called
// once more. It must be what is safe to do twice.
func (d *Device) do(ctx context.Context, key string, retry bool, f func(*link) error) error {
	for {
		l, err := d.connected(ctx)
		if err != nil {
			return err
		}
		if !l.enter() {
			d.away(l) // given up by its last user
			continue
		}
		err = f(l)
		lost := gone(err) || vague(err) && !l.alive()
		l.leave()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errDropped): // while it waited: it has not done anything
			continue
		case !lost:
			return explain(key, err)
		}
		d.away(l)
		if !retry {
			return unavailable(key, err)
		}
		retry = false
	}
}

// away notes that a link is of no more use.
func (d *Device) away(l *link) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.link.Load() == l {
		d.lost(l)
	}
}

// lost gives up the link, if there is one. The caller holds the turn.
func (d *Device) lost(l *link) {
	if l == nil {
		return
	}
	d.link.Store(nil)
	d.last = l
	l.drop()
}

// connected returns the link, and makes one if there is none.
func (d *Device) connected(ctx context.Context) (*link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.closed.Load() {
		return nil, hsm.ErrClosed
	}
	if l := d.link.Load(); l != nil {
		return l, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case d.turn <- struct{}{}:
	}
	defer func() { <-d.turn }()
	if d.closed.Load() {
		return nil, hsm.ErrClosed
	}
	if l := d.link.Load(); l != nil {
		return l, nil
	}
	if d.refused != nil {
		return nil, d.refused
	}
	l, err := d.dial(ctx)
	if errors.Is(err, ErrCredential) {
		d.refused = err
	}
	if err != nil {
		return nil, err
	}
	d.link.Store(l)
	return l, nil
}

// dial connects, and if the token does not answer resets the library and tries
// once more. The caller holds the turn.
func (d *Device) dial(ctx context.Context) (*link, error) {
	again := d.last != nil
	if again { // the library is not reset under those who are still in it
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-d.last.done:
		}
	}
	d.module.dialing.Lock()
	defer d.module.dialing.Unlock()
	l, err := dial(d.module, &d.config, d.credential, d.testOnlyMax)
	if (gone(err) || errors.Is(err, ErrNoToken)) && d.module.reset(err) {
		l, err = dial(d.module, &d.config, d.credential, d.testOnlyMax)
	}
	if again && errors.Is(err, ErrNoToken) {
		return nil, &hsm.Error{Err: hsm.ErrUnavailable, Code: codeName(pkcs11.CKR_TOKEN_NOT_PRESENT), Hint: "the token is not there any more"}
	}
	return l, explain("", err)
}
