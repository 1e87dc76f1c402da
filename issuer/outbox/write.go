package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// write makes a file that is whole as soon as it has its name. Whoever is killed
// here leaves at most a file with a dot before its name, which nobody sends.
func write(path, text string) error {
	dir, name := filepath.Split(path)
	temporary, err := writeNew(dir, "."+strings.TrimSuffix(name, suffix)+"-*", text)
	if err == nil {
		if err = os.Rename(temporary, path); err != nil {
			err = errors.Join(err, os.Remove(temporary))
		}
	}
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return syncFolder(dir)
}

// writeNew writes a new file, which only its owner may read, and has it on the
// disk.
func writeNew(dir, pattern, text string) (path string, err error) {
	f, err := os.CreateTemp(dir, pattern) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// syncFolder makes the names in a directory outlive a power failure. Windows has
// no such call, and needs none.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}
