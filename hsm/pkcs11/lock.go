//go:build cgo

package pkcs11

import "context"

// lock is a mutex that one need not wait for longer than a context.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

// take waits for the lock. If it returns nil, the caller gives it back.
func (l lock) take(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) give() { <-l }
