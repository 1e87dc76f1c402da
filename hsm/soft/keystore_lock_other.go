//go:build !unix || aix || solaris || illumos

package soft

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// lockFile fails: without flock, two programs could lose each other's keys.
func lockFile(context.Context, string) (func(), error) {
	return nil, fmt.Errorf("hsm/soft: keystores are not written on this system, which has no flock: %w", errors.ErrUnsupported)
}

// private cannot tell: permissions are something else here.
func private(os.FileInfo) bool { return true }

func syncFolder(string) error { return nil }
