package tokendir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// absolute returns the full name of a directory, which must be one that the
// library can be told of.
func (k *Kind) absolute(dir string) (string, error) {
	if dir == "" {
		return "", k.errorf("no directory was named")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", k.errorf("%w", err)
	}
	if strings.ContainsFunc(abs, func(r rune) bool { return r < ' ' }) || strings.ContainsAny(abs, k.Special) {
		return "", k.errorf("the name of the directory must not have a line end or one of %s: it could not stand in %s", k.Special, k.Place)
	}
	return abs, nil
}

// fill calls f once there is an empty directory of that name, which is made if it
// does not exist yet. If f fails, what it made is removed again.
func (k *Kind) fill(dir string, f func() error) error {
	made, err := prepare(dir)
	if err != nil {
		return k.errorf("%w", err)
	}
	if err = f(); err == nil {
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
