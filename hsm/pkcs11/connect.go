//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"time"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
)

// pause is what is between two attempts to connect: a token that is away must not
// keep a processor busy, and the library is reset for each.
const pause = 50 * time.Millisecond

// dialing is an attempt to connect, for everybody who needs the connection.
type dialing struct {
	done chan struct{} // closed when the rest is set
	link *link
	err  error
}

// away notes that a link is of no more use.
func (d *Device) away(l *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.link.Load() == l {
		d.lost(l)
	}
}

// lost gives up the link, if there is one. The caller holds d.mu.
func (d *Device) lost(l *link) {
	if l == nil {
		return
	}
	d.link.Store(nil)
	d.last = l
	l.drop()
}

// connected returns the link. If there is none it waits for the attempt to make
// one, and begins it if nobody has: an attempt may hang, and whoever waits for it
// must not.
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
	a, err := d.attempt()
	if err != nil || a == nil {
		return d.link.Load(), err
	}
	select {
	case <-ctx.Done():
		return nil, &hsm.Error{Err: ctx.Err(), Hint: "the token is being connected to anew, and has not answered"}
	case <-a.done:
		return a.link, a.err
	}
}

// attempt returns the attempt to connect that is made now, or nil if the device
// has a link.
func (d *Device) attempt() (*dialing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed.Load():
		return nil, hsm.ErrClosed
	case d.link.Load() != nil:
		return nil, nil
	case d.refused != nil:
		return nil, d.refused
	case d.dialing != nil:
		return d.dialing, nil
	}
	a := &dialing{done: make(chan struct{})}
	d.dialing = a
	go d.connect(a, d.last, time.Until(d.next))
	return a, nil
}

// connect makes an attempt. The device has the library as long as that takes: Close
// waits for it.
func (d *Device) connect(a *dialing, last *link, wait time.Duration) {
	time.Sleep(wait)
	a.link, a.err = d.dial(last)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dialing = nil
	switch {
	case a.err != nil:
		d.next = time.Now().Add(pause)
		if errors.Is(a.err, ErrCredential) {
			d.refused = a.err
		}
	case d.closed.Load():
		d.last = a.link
		a.link.drop()
		a.link, a.err = nil, hsm.ErrClosed
	default:
		d.link.Store(a.link)
	}
	close(a.done)
}

// dial connects, with the patience of [module.persist].
func (d *Device) dial(last *link) (*link, error) {
	if last != nil {
		last.left(last.dropped.Add(patience)) // the token may not have sessions for both
	}
	_ = d.module.dialing.take(context.Background())
	defer d.module.dialing.give()
	var l *link
	err := d.module.persist(func() (err error) {
		l, err = d.dialOnce()
		return err
	})
	if last != nil && errors.Is(err, ErrNoToken) {
		return nil, &hsm.Error{Err: hsm.ErrUnavailable, Code: codeName(pkcs11.CKR_TOKEN_NOT_PRESENT), Hint: "the token is not there any more"}
	}
	return l, explain("", err)
}

// dialOnce connects, and finds out what the token is good for if nobody has. The
// caller holds module.dialing.
func (d *Device) dialOnce() (*link, error) {
	l, err := dial(d.module, &d.config, d.credential, d.testOnlyMax)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(l); err != nil {
		l.drop()
		l.left(time.Now().Add(patience))
		return nil, err
	}
	return l, nil
}
