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
// for whoever has the lock as long as ctx lets it, and returns ctx's error then.
//
// The kernel ends the lock when the process ends, however it ends.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	const first, longest = time.Millisecond, 50 * time.Millisecond
	for wait := first; ; wait = min(2*wait, longest) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		}
	}
}
