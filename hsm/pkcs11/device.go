//go:build cgo

package pkcs11

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/secret"
)

// Device is a PKCS#11 token. It is safe for concurrent use. Make one with
// [Open].
type Device struct {
	config     Config
	name       string
	credential secret.Bytes
	module     *module

	link   atomic.Pointer[link] // nil while the token is away
	closed atomic.Bool
	once   sync.Once // closes

	mu      sync.Mutex
	last    *link     // the link before, which may still have users
	dialing *dialing  // the attempt to make a new one, if one is made
	next    time.Time // when the next attempt may be made
	refused error     // what the token said of the credential

	// able is what the token has been found to be good for. It is set once, before
	// the first link is there.
	able *abilities

	testOnlyMax int // sessions the token seems to have, if not zero: SoftHSM2 has no limit
}

// Open returns the device of a token, logged in. Errors wrap [ErrModule],
// [ErrNoToken], [ErrAmbiguous], [ErrCredential] or one of package hsm's.
func Open(ctx context.Context, c Config) (*Device, error) {
	return openDevice(ctx, c, 0)
}

func openDevice(ctx context.Context, c Config, testOnlyMax int) (*Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.Sessions < 0 {
		return nil, errors.New("hsm/pkcs11: the number of sessions must not be negative")
	}
	path, err := c.URI.library()
	if err != nil {
		return nil, err
	}
	opened := make(chan opening, 1)
	go func() {
		d, err := openLibrary(ctx, path, c, testOnlyMax)
		opened <- opening{d, err}
	}()
	select {
	case o := <-opened:
		return o.d, o.err
	case <-ctx.Done(): // a call of the library cannot be interrupted
		go func() {
			if o := <-opened; o.err == nil {
				_ = o.d.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// opening is how the opening of a device ended.
type opening struct {
	d   *Device
	err error
}

func openLibrary(ctx context.Context, path string, c Config, testOnlyMax int) (*Device, error) {
	m, err := acquire(ctx, path)
	if err != nil {
		return nil, err
	}
	d := &Device{config: c, testOnlyMax: testOnlyMax, module: m}
	if err := d.open(ctx); err != nil {
		_ = d.Close() // an attempt to connect may go on
		return nil, explain("", err)
	}
	return d, nil
}

// open finds the token, then asks for its credential if it wants one, then logs
// in: whoever is asked at a terminal is not asked in vain.
func (d *Device) open(ctx context.Context) error {
	t, err := d.module.locate(ctx, &d.config.URI)
	if err != nil {
		return err
	}
	d.name = "PKCS#11 token " + t.Label
	if u := &d.config.URI; u.Token == "" && u.Serial == "" {
		// It is the only one. If it comes back, it must be the same.
		u.Token, u.Serial = t.Label, t.Serial
	}
	if t.LoginRequired {
		if d.credential, err = d.config.credential(); err != nil {
			return err
		}
	}
	_, err = d.connected(ctx)
	return err
}

// Name implements [hsm.Device].
func (d *Device) Name() string { return d.name }

// Format prints the name for every verb: what is behind it is nobody's to read, and
// changes while it is read.
func (d *Device) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.name) }

// ThrowAway implements [hsm.ThrowAway]: it is what the configuration says.
func (d *Device) ThrowAway() bool { return d.config.ThrowAway }

// Close waits for the operations that run, removes the ephemeral keys, and logs
// out unless another device of this process is on the token. If an operation is in
// a call of the library that does not return, Close returns an error after five
// seconds.
func (d *Device) Close() error {
	d.closed.Store(true)
	var err error
	d.once.Do(func() { err = d.close() })
	return err
}

// close gives up the connection, and waits for its users and for the library.
func (d *Device) close() error {
	d.mu.Lock()
	dialing := d.dialing
	d.lost(d.link.Load())
	d.mu.Unlock()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		defer d.module.release()
		if dialing != nil {
			<-dialing.done
		}
		d.mu.Lock()
		last := d.last
		d.mu.Unlock()
		if last != nil {
			<-last.done
		}
	}()
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-closed:
		return nil
	case <-t.C:
		return errHangs
	}
}

// grace is how long Close waits for operations that run.
var grace = 5 * time.Second

// errHangs is returned by Close where an operation does not end.
var errHangs = &hsm.Error{Err: hsm.ErrUnavailable,
	Hint: "closed, but a call of the PKCS#11 library has not returned: its session stays until it does, or until this process ends"}

var (
	_ hsm.Adopter         = (*Device)(nil)
	_ hsm.Device          = (*Device)(nil)
	_ hsm.BatchTranslator = (*Device)(nil)
	_ hsm.Deriver         = (*Device)(nil)
	_ hsm.KeyManager      = (*Device)(nil)
	_ hsm.Pinger          = (*Device)(nil)
	_ hsm.ThrowAway       = (*Device)(nil)
)
