//go:build cgo

package pkcs11

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

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
		return nil, fmt.Errorf("pkcs11: the number of sessions must not be negative")
	}
	path, err := c.URI.library()
	if err != nil {
		return nil, err
	}
	m, err := acquire(path)
	if err != nil {
		return nil, err
	}
	d := &Device{config: c, testOnlyMax: testOnlyMax, module: m, turn: make(chan struct{}, 1)}
	d.Random = random{d}
	if err := d.open(ctx); err != nil {
		m.release()
		return nil, explain("", err)
	}
	return d, nil
}

// open finds the token, then asks for its credential if it wants one, then logs
// in: whoever is asked at a terminal is not asked in vain.
func (d *Device) open(ctx context.Context) error {
	t, err := d.module.locate(&d.config.URI)
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

var (
	_ hsm.Adopter         = (*Device)(nil)
	_ hsm.Device          = (*Device)(nil)
	_ hsm.BatchTranslator = (*Device)(nil)
	_ hsm.Deriver         = (*Device)(nil)
	_ hsm.KeyManager      = (*Device)(nil)
	_ hsm.Pinger          = (*Device)(nil)
	_ hsm.ThrowAway       = (*Device)(nil)
)
