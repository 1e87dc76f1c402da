package devices

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/softhsm"
)

func init() {
	register(Scheme{
		Name: "softhsm", Form: "softhsm: or softhsm:/dir",
		Text: "a SoftHSM2 token: a throw-away one, or one kept in a directory",
		open: openSoftHSM,
	})
}

// openSoftHSM opens a token of its own: without a directory one that Close
// removes, and with one the token in it, made if the directory is new or empty.
func openSoftHSM(ctx context.Context, dir string, o Options) (hsm.Device, error) {
	token, err := softHSMToken(dir)
	if err != nil {
		return nil, err
	}
	d, err := pkcs11.Open(ctx, o.config(token.Config()))
	if err != nil {
		return nil, errors.Join(err, token.Close())
	}
	return &softHSM{Device: d, token: token}, nil
}

func softHSMToken(dir string) (*softhsm.Token, error) {
	if dir == "" {
		return softhsm.Temporary()
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return softhsm.Create(dir)
	}
	return softhsm.Open(dir)
}

// softHSM is a device that ends its token too.
type softHSM struct {
	*pkcs11.Device
	token *softhsm.Token
}

// Close closes the device, then the token, which needs the device gone.
func (d *softHSM) Close() error {
	return errors.Join(d.Device.Close(), d.token.Close())
}
