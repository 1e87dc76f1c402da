//go:build unix && !aix && !solaris && !illumos

package soft

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockFile locks a file beside the keystore, which stays there: a lock on the
// keystore itself would be on a file that the first change replaces. It waits
// for whoever has the lock as long as ctx lets it.
//
// The kernel ends the lock when the process ends, however it ends.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("hsm/soft: keystore: its lock: %w", err)
	}
	const first, longest = time.Millisecond, 50 * time.Millisecond
	for wait := first; ; wait = min(2*wait, longest) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("hsm/soft: keystore: its lock: %w", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("hsm/soft: keystore: another program has it locked: %w", ctx.Err())
		}
	}
}

// private reports whether only its owner may read or write a file.
func private(info os.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 }

// syncFolder writes a folder down to the disk: who is in it, after a rename.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
