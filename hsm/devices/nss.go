package devices

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/nss"
)

func init() {
	register(Scheme{
		Name: "nss", Form: "nss: or nss:/dir",
		Text: "a token of NSS softokn: a throw-away one, or one kept in a directory",
		open: openNSS,
	})
}

// openNSS opens a token of its own: without a directory one that Close
// removes, and with one the token in it, made if the directory is new or empty.
func openNSS(ctx context.Context, dir string, o Options) (hsm.Device, error) {
	token, err := nssToken(dir)
	if err != nil {
		return nil, err
	}
	d, err := pkcs11.Open(ctx, o.config(token.Config()))
	if err != nil {
		return nil, errors.Join(err, token.Close())
	}
	return &nssDevice{Device: d, token: token}, nil
}

func nssToken(dir string) (*nss.Token, error) {
	if dir == "" {
		return nss.Temporary()
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nss.Create(dir)
	}
	return nss.Open(dir)
}

// nssDevice is a device that ends its token too.
type nssDevice struct {
	*pkcs11.Device
	token *nss.Token
}

// Close closes the device, then the token, which needs the device gone.
func (d *nssDevice) Close() error {
	return errors.Join(d.Device.Close(), d.token.Close())
}
