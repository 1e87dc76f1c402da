package reencrypt

import "io"

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
