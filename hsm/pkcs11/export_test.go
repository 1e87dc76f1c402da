//go:build cgo

package pkcs11

import (
	"context"
	"io"

	"github.com/miekg/pkcs11"
)

// OnSession calls f with a session of the pool.
func OnSession(ctx context.Context, d *Device, f func(*pkcs11.Ctx, pkcs11.SessionHandle) error) error {
	return d.do(ctx, "", false, func(b *bench) error { return b.call(func(c *pkcs11.Ctx) error { return f(c, b.s) }) })
}

// SessionsOpen returns how many sessions the device has open, the pinned one
// apart.
func SessionsOpen(d *Device) int {
	l := d.link.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// Loaded reports whether a library is in use.
func Loaded(path string) bool {
	modules.Lock()
	defer modules.Unlock()
	return modules.m[canonical(path)] != nil
}

// KeyID is keyID.
type KeyID = keyID

// ParseKeyID is parseKeyID.
var ParseKeyID = parseKeyID

// Explain is explain.
var Explain = explain

// OpenLimited opens a device on a token that seems to have no more sessions than
// n, and does not say so.
func OpenLimited(ctx context.Context, c Config, n int) (*Device, error) {
	return openDevice(ctx, c, n)
}

// Random fills p from the token's generator, as drawing a PIN does.
func Random(ctx context.Context, d *Device, p []byte) error {
	return d.do(ctx, "", true, func(b *bench) error {
		_, err := io.ReadFull(benchRandom{b}, p)
		return err
	})
}
