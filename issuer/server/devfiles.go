package server

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
		return "", fmt.Errorf("server: the directory of --data cannot be made: %w", err)
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
	temp, err := d.temporary(made)
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp)
	// A link, unlike a renaming, does not replace what is there.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// replace makes a file hold something, at once.
func (d devDir) replace(name string, content []byte) error {
	if old, err := os.ReadFile(d.file(name)); err == nil && bytes.Equal(old, content) {
		return nil
	}
	temp, err := d.temporary(content)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	return os.Rename(temp, d.file(name))
}

// temporary writes a file that only its owner reads, down to the disk.
func (d devDir) temporary(content []byte) (string, error) { return writeTemporary(string(d), content) }

func writeTemporary(dir string, content []byte) (string, error) {
	f, err := os.CreateTemp(dir, ".new-*") // of mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
