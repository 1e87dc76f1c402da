package reencrypt

import (
	"io"

	"github.com/pinion-hsm/pinion/internal/durable"
)

// File is what a run needs of a file that it writes.
type File interface {
	io.ReadWriteCloser
	Truncate(size int64) error
	Sync() error
	Seek(offset int64, whence int) (int64, error)
}

// WithFiles returns options whose outputs are what wrap makes of them.
func (o Options) WithFiles(wrap func(name string, f File) File) Options {
	o.open = func(name string, flag int) (file, error) {
		f, err := openFile(name, flag)
		if err != nil {
			return nil, err
		}
		return wrap(name, f), nil
	}
	return o
}

// WithoutFiles returns options whose outputs cannot be opened.
func (o Options) WithoutFiles(why error) Options {
	o.open = func(string, int) (file, error) { return nil, why }
	return o
}

// WithCheckpoints returns options whose checkpoints are written once before allows it.
func (o Options) WithCheckpoints(before func() error) Options {
	o.replace = func(path string, content []byte) error {
		if err := before(); err != nil {
			return err
		}
		return durable.Replace(path, content)
	}
	return o
}
