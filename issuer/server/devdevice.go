package server

import (
	"context"
	"os"
	"strings"

	"github.com/pinion-hsm/pinion/hsm/devices"
	"github.com/pinion-hsm/pinion/softhsm"
)

// device returns the URI of the default device: a SoftHSM2 token in the directory,
// or where there is no SoftHSM2 this process. Whatever it was at first it stays,
// for the cards' PINs are under its keys.
func (p *prepared) device() (string, error) {
	raw, err := p.dir.once(deviceFile, func() ([]byte, error) {
		if _, err := softhsm.Find(); err != nil {
			return []byte("soft:\n"), nil
		}
		return []byte("softhsm:" + p.dir.file(tokenDir) + "\n"), nil
	})
	if err != nil {
		return "", err
	}
	// A token that was not finished has no keys, and cannot be opened.
	if _, err := os.Stat(p.dir.file(tokenDir + "/serial")); os.IsNotExist(err) {
		if err := os.RemoveAll(p.dir.file(tokenDir)); err != nil {
			return "", err
		}
	}
	return strings.TrimSpace(string(raw)), nil
}

// devices adds to the options what the development mode knows: a passphrase for
// keystores whose own nobody gives.
func (p *prepared) devices(o devices.Options) devices.Options {
	ask := o.Passphrase
	o.Passphrase = func(ctx context.Context, path string, create bool) ([]byte, error) {
		if ask != nil {
			if given, err := ask(ctx, path, create); err == nil {
				return given, nil
			}
		}
		return Secret("file:" + p.dir.file(passphraseFile)).read(os.Getenv)
	}
	return o
}
