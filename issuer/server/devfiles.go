package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/internal/durable"
	"github.com/pinion-hsm/pinion/internal/flock"
)

// devDir is the directory of the development mode. Any number of processes may
// share one: whoever comes first makes a file, whole or not at all.
type devDir string

func (d devDir) file(name string) string { return filepath.Join(string(d), name) }

// makeDir makes the directory, for its owner only.
func makeDir(dir string) (devDir, error) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(abs, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("issuer/server: the directory of --data cannot be made: %w", err)
	}
	return devDir(abs), nil
}

// once returns what is in a file. If it is not there it is made of what fresh
// returns, unless another process is faster: then it is what that has made.
func (d devDir) once(name string, fresh func() ([]byte, error)) ([]byte, error) {
	path := d.file(name)
	raw, err := os.ReadFile(path)
	if !errors.Is(err, os.ErrNotExist) {
		return raw, err
	}
	made, err := fresh()
	if err != nil {
		return nil, err
	}
	defer clear(made)
	temp, err := durable.Temporary(string(d), made)
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp)
	// A link, unlike a renaming, does not replace what is there.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := durable.SyncDir(string(d)); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// replace makes a file hold something, at once.
func (d devDir) replace(name string, content []byte) error {
	if old, err := os.ReadFile(d.file(name)); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return durable.Replace(d.file(name), content)
}

// lock keeps other processes from preparing the same directory: one that opens a
// token has no way to make a key only if it is not there. Where files have no
// locks, start one process after the other.
func (d devDir) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = flock.Lock(ctx, d.file(".lock"))
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return func() {}, nil
	case err != nil:
		return nil, fmt.Errorf("issuer/server: the lock of --data: %w", err)
	}
	return unlock, nil
}
