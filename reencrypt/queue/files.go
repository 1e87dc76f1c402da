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

// lock keeps other runs from the files. They are not waited for.
func (s *submitter) lock(ctx context.Context) error {
	now, cancel := context.WithCancel(ctx)
	cancel()
	for _, path := range s.o.partials() {
		unlock, err := flock.Lock(now, path)
		switch {
		case err == nil:
			s.locked, s.unlock = append(s.locked, path), append(s.unlock, unlock)
		case errors.Is(err, context.Canceled):
			return reencrypt.ErrBusy
		case !errors.Is(err, errors.ErrUnsupported):
			return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
		}
	}
	return nil
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
	for _, path := range s.o.partials() {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return fmt.Errorf("%w: %s, and no run of it", reencrypt.ErrExists, base(path))
		}
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
	if m.Output.Check(s.o.Out) != nil {
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

// leave removes the files that the locks made, if there is nothing in them.
func (s *submitter) leave() {
	for _, path := range s.locked {
		if info, err := os.Stat(path); err == nil && info.Size() == 0 {
			_ = os.Remove(path)
		}
	}
}
