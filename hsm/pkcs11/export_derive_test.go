//go:build cgo

package pkcs11

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
)

// Hidden is what the test of a token's derivation says of a key that can leave it,
// or cannot.
func Hidden(ctx context.Context, d *Device, label string) error {
	return d.do(ctx, label, false, func(l *link) error {
		o, err := l.lookup(ctx, label)
		if err != nil {
			return err
		}
		return l.hidden(ctx, o.handle)
	})
}

// ProveValue is what that test says of a key that was not derived from base, or
// not so.
func ProveValue(ctx context.Context, d *Device, base, derived string, a keys.Algorithm, data []byte) error {
	return d.do(ctx, "", false, func(l *link) error {
		b, err := l.lookup(ctx, base)
		if err != nil {
			return err
		}
		k, err := l.lookup(ctx, derived)
		if err != nil {
			return err
		}
		return l.proveValue(ctx, b.handle, k.handle, a, data)
	})
}
