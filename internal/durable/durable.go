// Package durable writes small files so that they are whole or not there,
// whatever is killed or unplugged meanwhile. Only their owner may read them.
package durable

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Replace makes a file hold something, at once, and returns when that would
// outlive a power failure. Whoever is killed here leaves at most a file whose name
// begins with a dot.
func Replace(path string, content []byte) error {
	temporary, err := Temporary(filepath.Dir(path), content)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return SyncDir(filepath.Dir(path))
}

// Temporary writes a new file down to the disk, under a name of its own that
// begins with a dot. To give it its name, rename or link it, and SyncDir.
func Temporary(dir string, content []byte) (path string, err error) {
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
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
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// SyncDir makes the names in a directory outlive a power failure. Windows has no
// such call, and needs none.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
