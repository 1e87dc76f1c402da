package reencrypt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/internal/durable"
)

// complete writes down that all rows are done. From here on, what is left is to
// give the files their names, which can be done again.
func (r *run) complete() error {
	if err := errors.Join(r.out.sync(), r.rejects.sync()); err != nil {
		return err
	}
	r.point.Manifest = r.manifest()
	if !r.o.resumable() {
		return nil
	}
	return r.save(&r.point)
}

// place gives the files their names, writes the manifest and what the audit log
// says of it, and removes the checkpoint: in this order, so that whoever is killed
// here is followed by a run that finds out what is left.
func (r *run) place() error {
	for _, s := range []*sink{r.out, r.rejects} {
		if s == nil {
			continue
		}
		if err := s.close(); err != nil { // some systems rename no file that is open
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	s := &r.point.State
	if err := name(r.files.rejectsPartial, r.files.rejects, s.RejectSize); err != nil {
		return err
	}
	if err := name(r.files.outPartial, r.files.out, s.OutSize); err != nil {
		return err
	}
	text, err := r.point.Manifest.JSON()
	if err == nil && r.files.manifest != "" {
		err = durable.Replace(r.files.manifest, text)
	}
	if err != nil {
		return fmt.Errorf("%w: the manifest: %w", ErrWrite, err)
	}
	if r.o.AuditLog != "" {
		if err := r.point.Manifest.Enter(r.o.AuditLog); err != nil {
			return err
		}
	}
	if r.o.resumable() {
		if err := os.Remove(r.files.checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
		return durable.SyncDir(filepath.Dir(r.files.checkpoint))
	}
	return nil
}

// name gives a whole file its name, unless it has it already.
func name(partial, path string, size int64) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(partial); err == nil && info.Size() == size {
		if err := os.Rename(partial, path); err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
		return durable.SyncDir(filepath.Dir(path))
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != size {
		return fmt.Errorf("%w: %s", ErrChanged, base(path))
	}
	if info, err := os.Stat(partial); err == nil && info.Size() == 0 { // the lock made it
		return os.Remove(partial)
	}
	return nil
}
