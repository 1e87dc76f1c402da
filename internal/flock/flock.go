//go:build unix && !aix && !solaris && !illumos

// Package flock keeps processes from doing one thing at once.
package flock

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// Lock locks a file, which it makes if it is not there and leaves there. It waits
// for whoever has the lock as long as ctx lets it, and returns ctx's error then. A file
// that was renamed or removed meanwhile is none: it locks the one that has the name.
//
// The kernel ends the lock when the process ends, however it ends.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lock(ctx, f); err != nil {
			_ = f.Close()
			return nil, err
		}
		if named(f, path) {
			return func() { _ = f.Close() }, nil
		}
		_ = f.Close()
	}
}

func lock(ctx context.Context, f *os.File) error {
	const first, longest = time.Millisecond, 50 * time.Millisecond
	for wait := first; ; wait = min(2*wait, longest) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// named reports whether a file has a name.
func named(f *os.File, path string) bool {
	have, err := f.Stat()
	if err != nil {
		return false
	}
	want, err := os.Stat(path)
	return err == nil && os.SameFile(have, want)
}
