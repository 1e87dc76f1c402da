package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pinion-hsm/pinion/internal/flock"
)

// lock keeps other runs from the outputs as long as this process lives.
func (r *run) lock() error {
	for _, path := range []string{r.files.outPartial, r.files.rejectsPartial} {
		if path == "" {
			continue
		}
		if err := r.lockFile(path); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) lockFile(path string) error {
	// Nobody's run is waited for, but a process that just ended may have left a child
	// that has the lock for another moment.
	moment, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	unlock, err := flock.Lock(moment, path)
	switch {
	case err == nil:
		r.locked, r.unlock = append(r.locked, path), append(r.unlock, unlock)
	case errors.Is(err, context.DeadlineExceeded):
		return ErrBusy
	case !errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return nil
}

// leave removes the files that the locks made, if there is nothing in them.
func (r *run) leave() {
	if exists(r.files.checkpoint) {
		return
	}
	for _, path := range r.locked {
		if info, err := os.Stat(path); err == nil && info.Size() == 0 {
			_ = os.Remove(path)
		}
	}
}
