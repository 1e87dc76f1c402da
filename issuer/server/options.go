package server

import (
	"context"
	"io"

	"github.com/pinion-hsm/pinion/hsm/devices"
)

// Options is what a server is run with: where its configuration is, and what it
// may touch of the world.
type Options struct {
	Sources   Sources
	Dev       *Dev            // nil: the configuration says everything
	ReadyFile string          // written when requests are served; "" is none
	Devices   devices.Options // how to ask for credentials and passphrases
	Getenv    func(string) string
	Stderr    io.Writer // the log
	Version   string
}

// CheckConfig returns everything that is wrong with the configuration, as
// Problems. It opens neither the HSM nor the store.
func CheckConfig(o Options) error {
	c, err := Load(o.Sources)
	if err != nil {
		return err
	}
	return c.Check(o.Getenv)
}

// configure returns the checked configuration. In the development mode it makes
// what that needs.
func (o *Options) configure(dir devDir) (Config, *prepared, error) {
	var dev *prepared
	if o.Dev != nil {
		var err error
		if dev, err = o.Dev.prepare(dir); err != nil {
			return Config{}, nil, err
		}
		if o.Sources.dev, err = dev.layer(); err != nil {
			return Config{}, nil, err
		}
	}
	c, err := Load(o.Sources)
	if err == nil {
		err = c.check(o.Getenv, dev != nil)
	}
	return c, dev, err
}

// prepareDir makes and locks the directory of the development mode, if that is
// what this is.
func (o *Options) prepareDir(ctx context.Context) (devDir, func(), error) {
	if o.Dev == nil {
		return "", func() {}, nil
	}
	dir, err := makeDir(o.Dev.Dir)
	if err != nil {
		return "", nil, err
	}
	unlock, err := dir.lock(ctx)
	return dir, unlock, err
}
