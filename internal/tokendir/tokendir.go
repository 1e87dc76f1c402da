// Package tokendir has what softhsm and nss do alike: they keep a token in a
// directory of its own, with a copy of the library that is the token.
package tokendir

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Make calls fill once there is an empty directory of that name, which is made if
// it does not exist yet. If fill fails, what it made is removed again. Errors that
// are not of fill begin with the caller's name.
func Make(caller, dir string, fill func() error) error {
	made, err := prepare(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", caller, err)
	}
	if err = fill(); err == nil {
		return nil
	}
	if made {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return errors.Join(err, empty(dir))
}

// prepare makes the directory of a new token, and reports whether it was not
// there before.
func prepare(dir string) (made bool, err error) {
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
		made = true
	case err != nil:
		return false, err
	case len(entries) > 0:
		return false, fmt.Errorf("the directory %s is not empty: a token needs one of its own", dir)
	}
	return made, os.MkdirAll(dir, 0o700)
}

// empty removes what is in a directory.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// Write writes a file, of mode 0600, unless it has that content already. Another
// process may be using the old one, and have it mapped: so it is replaced, not
// changed.
func Write(name string, content []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Find returns the first file that one of the patterns names.
func Find(patterns []string) (path string, ok bool) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, path := range found {
			if IsFile(path) {
				return path, true
			}
		}
	}
	return "", false
}

// IsFile reports whether there is a file at path, which is no directory.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
