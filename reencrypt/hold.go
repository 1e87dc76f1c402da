package reencrypt

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// hold holds the files of a run whose rows are done, in another process as a rule, to the
// hashes in its manifest: what that says is to be true of what is there. A file may have
// its name already or not.
func (r *run) hold(m *Manifest) error {
	for _, f := range []struct {
		want          *FileHash
		partial, path string
	}{
		{m.Output, r.files.outPartial, r.files.out},
		{m.Rejects, r.files.rejectsPartial, r.files.rejects},
	} {
		if f.want == nil || f.path == "" {
			continue
		}
		if info, err := os.Stat(f.partial); err == nil && info.Size() == f.want.Bytes {
			f.path = f.partial
		}
		if err := f.want.Check(f.path); err != nil {
			return err
		}
	}
	return nil
}

// Check returns [ErrChanged] unless the file at a path is the one that the hash is of.
func (h *FileHash) Check(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %s cannot be read any more: %w", ErrChanged, base(path), err)
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return fmt.Errorf("%w: %s cannot be read any more: %w", ErrChanged, base(path), err)
	}
	if n != h.Bytes || hexSum(sum) != h.SHA256 {
		return fmt.Errorf("%w: %s was changed after the run wrote it", ErrChanged, base(path))
	}
	return nil
}
