package tokendir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Open returns the token that [Kind.Create] made in a directory, with its keys. The
// directory may have been moved since.
func (k *Kind) Open(dir string) (*Token, error) {
	dir, err := k.absolute(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range append([]string{credentialFile}, k.Marks...) {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, k.errorf("%w", err) // there may well be a token
		}
		if !IsFile(filepath.Join(dir, name)) {
			return nil, k.none(dir)
		}
	}
	serial, err := k.serial(dir)
	if err != nil {
		return nil, err
	}
	if err := k.configure(dir); err != nil {
		return nil, err
	}
	return k.token(dir, serial, k.register(dir)), nil
}

// serial returns the serial number of the token in a directory.
func (k *Kind) serial(dir string) (string, error) {
	if !k.Serial {
		return "", nil
	}
	b, err := os.ReadFile(filepath.Join(dir, serialFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", k.none(dir)
	}
	if err != nil {
		return "", k.errorf("%w", err)
	}
	serial := strings.TrimSpace(string(b))
	if serial == "" || len(serial) > 16 {
		return "", k.errorf("the file %s of the token in %s is damaged", serialFile, dir)
	}
	return serial, nil
}

func (k *Kind) none(dir string) error {
	return k.errorf("the directory %s holds no token of package %s: a new token needs a directory that is empty or not there yet", dir, k.Name)
}
