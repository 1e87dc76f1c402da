//go:build cgo

package pkcs11

import (
	"context"

	"github.com/miekg/pkcs11"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
)

// Kept is what the test of a token's derivation says of a key that can leave it, or
// cannot.
func Kept(ctx context.Context, d *Device, label string) error {
	return d.do(ctx, label, false, func(b *bench) error {
		o, err := b.lookup(label)
		if err != nil {
			return err
		}
		return b.kept(o.handle)
	})
}

// DerivedValue is what that test says of a key that was not derived from base, or not
// so.
func DerivedValue(ctx context.Context, d *Device, base, derived string, a keys.Algorithm, data []byte) error {
	return d.do(ctx, "", false, func(b *bench) error {
		o, err := b.lookup(base)
		if err != nil {
			return err
		}
		k, err := b.lookup(derived)
		if err != nil {
			return err
		}
		return b.testValue(o.handle, k.handle, a, data)
	})
}

// Using calls f while an operation uses a key: with the object that it is.
func Using(ctx context.Context, d *Device, k hsm.Key, f func(pkcs11.ObjectHandle)) error {
	return d.do(ctx, "", false, func(b *bench) error {
		o, err := b.object(k.(*key), pkcs11.CKA_DERIVE)
		if o.handle != 0 {
			f(o.handle)
		}
		return err
	})
}

// Reason is reason.
var Reason = reason
