//go:build !unix || aix || solaris || illumos

// Package flock keeps processes from doing one thing at once.
package flock

import (
	"context"
	"errors"
)

// Lock returns errors.ErrUnsupported: this system has no flock.
func Lock(context.Context, string) (unlock func(), err error) { return nil, errors.ErrUnsupported }
