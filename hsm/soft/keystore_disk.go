package soft

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/internal/durable"
)

// maxFile bounds what is read: some tens of thousands of keys.
const maxFile = 16 << 20

// readFile reads a keystore, and returns what tells one file of the path from the
// next. Others may not read it: that is an error, and not a warning, since it is
// then too late for the passphrase to be guessed slowly.
func readFile(path string) (*contents, os.FileInfo, error) {
	info, err := os.Stat(path) // before it is opened, which for a pipe would wait
	if err != nil {
		return nil, nil, fmt.Errorf("hsm/soft: keystore: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%w: %s is not a file", ErrKeystore, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("hsm/soft: keystore: %w", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, nil, fmt.Errorf("hsm/soft: keystore: %w", err)
	}
	if !private(info) {
		return nil, nil, &hsm.Error{Err: fmt.Errorf("%w: others than its owner may read or write %s", ErrKeystore, path), Hint: "chmod 600 " + path}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("hsm/soft: keystore: %w", err)
	case len(text) > maxFile:
		return nil, nil, fmt.Errorf("%w: it is longer than %d MiB", ErrKeystore, maxFile>>20)
	}
	c, err := decode(text)
	if err != nil {
		return nil, nil, err
	}
	return c, info, nil
}

// writeFile replaces the file in one step. Whoever is killed here leaves the old
// file, and perhaps one beside it that the next change removes: there is one name
// for it, since only who has the lock writes.
func writeFile(ctx context.Context, path string, c *contents) (os.FileInfo, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	text, err := c.encode()
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("hsm/soft: keystore: it is full: %d MiB", maxFile>>20)
	}
	temporary := path + ".new"
	_ = os.Remove(temporary)
	info, err := writeNew(temporary, text)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return nil, fmt.Errorf("hsm/soft: keystore: it could not be written: %w", err)
	}
	if err := durable.SyncDir(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("hsm/soft: keystore: it was written, and may not outlive a power failure: %w", err)
	}
	return info, nil
}

// writeNew writes a file that does not exist yet, down to the disk.
func writeNew(path string, text []byte) (info os.FileInfo, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	if _, err := f.Write(text); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return f.Stat()
}
