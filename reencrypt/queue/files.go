package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// lock keeps other runs from the files. It is not waited for.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	now, cancel := context.WithCancel(ctx)
	cancel()
	unlock, err = flock.Lock(now, path)
	switch {
	case errors.Is(err, context.Canceled):
		return nil, reencrypt.ErrBusy
	case errors.Is(err, errors.ErrUnsupported):
		return func() {}, nil
	case err != nil:
		return nil, fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	return unlock, nil
}

// free makes sure that no file is written over.
func (s *submitter) free() error {
	if s.o.Force {
		return nil
	}
	files := []string{s.o.Rejects, s.o.Out}
	if s.o.Out != "" {
		files = append(files, reencrypt.CheckpointOf(s.o.Out))
	}
	for _, path := range files {
		if path == "" {
			continue
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s", reencrypt.ErrExists, filepath.Base(path))
		}
	}
	if info, err := os.Stat(s.o.locked()); err == nil && info.Size() > 0 {
		return fmt.Errorf("%w: %s, and no run of it", reencrypt.ErrExists, base(s.o.locked()))
	}
	return nil
}

// finished returns the manifest if the run was finished, and its output is there.
func (s *submitter) finished() *reencrypt.Manifest {
	if s.o.Out == "" {
		return nil
	}
	text, err := os.ReadFile(reencrypt.ManifestOf(s.o.Out))
	var m reencrypt.Manifest
	if err != nil || json.Unmarshal(text, &m) != nil || m.Run != s.id || m.Output == nil {
		return nil
	}
	if info, err := os.Stat(s.o.Out); err != nil || info.Size() != m.Output.Bytes {
		return nil
	}
	return &m
}

// base returns the name of a file without its folder.
func base(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// leave removes the file that the lock made, if there is nothing in it.
func (s *submitter) leave() {
	if info, err := os.Stat(s.o.locked()); err == nil && info.Size() == 0 {
		_ = os.Remove(s.o.locked())
	}
}
