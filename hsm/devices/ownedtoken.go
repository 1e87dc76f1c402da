package devices

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
)

// ownedToken is a token in software that is made and removed with its device.
type ownedToken interface {
	Config() pkcs11.Config
	Close() error
}

// makers are the functions of a package that makes such tokens.
type makers[T ownedToken] struct {
	temporary    func() (T, error)
	create, open func(dir string) (T, error)
}

// device opens a token of its own: without a directory one that Close removes, and
// with one the token in it, made if the directory is new or empty.
func (m makers[T]) device(ctx context.Context, dir string, o Options) (hsm.Device, error) {
	token, err := m.token(dir, o.Existing)
	if err != nil {
		return nil, err
	}
	d, err := pkcs11.Open(ctx, o.config(token.Config()))
	if err != nil {
		return nil, errors.Join(err, token.Close())
	}
	return &tokenDevice{Device: d, token: token}, nil
}

func (m makers[T]) token(dir string, existing bool) (none T, err error) {
	if dir == "" {
		return m.temporary()
	}
	entries, err := os.ReadDir(dir)
	switch isNew := errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0; {
	case !isNew:
		return m.open(dir)
	case existing:
		return none, fmt.Errorf("%w in %s", ErrNotThere, dir)
	}
	return m.create(dir)
}

// tokenDevice is a device that ends its token too.
type tokenDevice struct {
	*pkcs11.Device
	token ownedToken
}

// Close closes the device, then the token, which needs the device gone.
func (d *tokenDevice) Close() error {
	return errors.Join(d.Device.Close(), d.token.Close())
}
