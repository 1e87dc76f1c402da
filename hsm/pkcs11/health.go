//go:build cgo

package pkcs11

import (
	"context"

	"github.com/miekg/pkcs11"
)

// Ping implements [hsm.Pinger]: it asks the token for its state, and connects
// anew if that is not what it was.
func (d *Device) Ping(ctx context.Context) error {
	return d.do(ctx, "", true, func(b *bench) error { return b.fails(b.l.check()) })
}

// check returns nil if the token and the login are there.
func (l *link) check() error {
	return l.m.call(func(c *pkcs11.Ctx) error {
		if _, err := c.GetTokenInfo(l.token.SlotID); err != nil {
			return err
		}
		if l.token.LoginRequired {
			return loggedIn(c, l.pinned)
		}
		_, err := c.GetSessionInfo(l.pinned)
		return err
	})
}

// alive reports whether the link is up and the token answers.
func (l *link) alive() bool {
	l.mu.Lock()
	down := l.isDown()
	l.mu.Unlock()
	return !down && l.check() == nil
}

// random fills p from the token's own generator.
func (b *bench) random(p []byte) error {
	return b.call(func(c *pkcs11.Ctx) error {
		r, err := c.GenerateRandom(b.s, len(p))
		copy(p, r)
		clear(r)
		return err
	})
}

// benchRandom is the generator of the token as an operation draws PINs from it.
type benchRandom struct{ b *bench }

// Read implements [io.Reader].
func (r benchRandom) Read(p []byte) (int, error) {
	if err := r.b.random(p); err != nil {
		return 0, err
	}
	return len(p), nil
}
