package soft

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/pinion-hsm/pinion/internal/flock"
)

// lockFile locks a file beside the keystore, which stays there: a lock on the
// keystore itself would be on a file that the first change replaces. It waits
// for whoever has the lock as long as ctx lets it.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	unlock, err = flock.Lock(ctx, path)
	switch {
	case err == nil:
		return unlock, nil
	case errors.Is(err, errors.ErrUnsupported): // two programs could lose each other's keys
		return nil, fmt.Errorf("hsm/soft: keystores are not written on this system, which has no flock: %w", err)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("hsm/soft: keystore: another program has it locked: %w", err)
	}
	return nil, fmt.Errorf("hsm/soft: keystore: its lock: %w", err)
}

// private reports whether only its owner may read or write a file. On Windows
// permissions are something else, and it cannot tell.
func private(info os.FileInfo) bool {
	return runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0
}
