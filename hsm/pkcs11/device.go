//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// Device is a PKCS#11 token. It is safe for concurrent use. Make one with
// [Open].
type Device struct {
	// Arithmetic has the PIN operations, in this process.
	hsm.Arithmetic

	config     Config
	name       string
	credential secret.Bytes
	module     *module

	link   atomic.Pointer[link] // nil while the token is away
	closed atomic.Bool
	once   sync.Once // closes

	// turn is held, as its one value, by who makes or takes away the link.
	turn    chan struct{}
	last    *link // the link before, which may still have users; guarded by turn
	refused error // what the token said of the credential; guarded by turn
}

// Open returns the device of a token, logged in. Errors wrap [ErrModule],
// [ErrNoToken], [ErrAmbiguous], [ErrCredential] or one of package hsm's.
func Open(ctx context.Context, c Config) (*Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.Sessions < 0 {
		return nil, fmt.Errorf("pkcs11: the number of sessions must not be negative")
	}
	path, err := c.URI.library()
	if err != nil {
		return nil, err
	}
	credential, err := c.credential()
	if err != nil {
		return nil, err
	}
	m, err := acquire(path)
	if err != nil {
		return nil, err
	}
	d := &Device{config: c, credential: credential, module: m, turn: make(chan struct{}, 1)}
	d.Random = random{d}
	l, err := d.connected(ctx)
	if err != nil {
		m.release()
		return nil, err
	}
	d.name = "PKCS#11 token " + l.token.Label
	if u := &d.config.URI; u.Token == "" && u.Serial == "" {
		// It was the only one. If it comes back, it must be the same.
		u.Token, u.Serial = l.token.Label, l.token.Serial
	}
	return d, nil
}

// Name implements [hsm.Device].
func (d *Device) Name() string { return d.name }

// ThrowAway implements [hsm.ThrowAway]: it is what the configuration says.
func (d *Device) ThrowAway() bool { return d.config.ThrowAway }

// Close waits for the operations that run, removes the ephemeral keys, and logs
// out unless another device of this process is on the token.
func (d *Device) Close() error {
	d.closed.Store(true)
	d.once.Do(func() {
		d.turn <- struct{}{}
		defer func() { <-d.turn }()
		d.lost(d.link.Load())
		if d.last != nil {
			<-d.last.done
		}
		d.module.release()
	})
	return nil
}

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
	l, err := dial(d.module, &d.config, d.credential)
	if (gone(err) || errors.Is(err, ErrNoToken)) && d.module.reset(err) {
		l, err = dial(d.module, &d.config, d.credential)
	}
	if again && errors.Is(err, ErrNoToken) {
		return nil, &hsm.Error{Err: hsm.ErrUnavailable, Code: codeName(pkcs11.CKR_TOKEN_NOT_PRESENT), Hint: "the token is not there any more"}
	}
	return l, explain("", err)
}

var (
	_ hsm.Device          = (*Device)(nil)
	_ hsm.BatchTranslator = (*Device)(nil)
	_ hsm.KeyManager      = (*Device)(nil)
	_ hsm.Pinger          = (*Device)(nil)
	_ hsm.ThrowAway       = (*Device)(nil)
)
