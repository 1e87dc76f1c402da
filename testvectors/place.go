package testvectors

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// place is where a verification method is tried: the library or a device.
type place interface {
	// reference returns the reference value of a PIN.
	reference(ctx context.Context, m pinverify.Referencer, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN) (string, error)
	// verify reports whether a PIN is the right one.
	verify(ctx context.Context, m pinverify.Method, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN, reference string) (bool, error)
}

var (
	_ place = library{}
	_ place = (*bench)(nil)
)

// defineBoth adds an operation that is the same in the library and on a device.
func defineBoth[I, R any](name string, f func(ctx context.Context, p place, in I) (R, error)) {
	define(name,
		func(ctx context.Context, _ *Vector, in I) (R, error) { return f(ctx, library{}, in) },
		func(ctx context.Context, b *bench, _ *Vector, in I, _ *R) (R, error) { return f(ctx, b, in) })
}

// library is the package pinverify.
type library struct{}

func (library) reference(ctx context.Context, m pinverify.Referencer, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN) (string, error) {
	ref, err := m.Reference(ctx, pvk, pin, pan)
	return string(ref), err
}

func (library) verify(ctx context.Context, m pinverify.Method, pvk keys.Key, pin pinblock.PIN, pan pinblock.PAN, reference string) (bool, error) {
	return decided(m.Verify(ctx, pvk, pin, pan, []byte(reference)))
}

// decided returns the answer of a verification, and other errors as they are.
func decided(err error) (bool, error) {
	if errors.Is(err, pinverify.ErrWrongPIN) {
		return false, nil
	}
	return err == nil, err
}
