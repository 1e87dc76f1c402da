package reencrypt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// file is what a run needs of a file that it writes.
type file interface {
	io.ReadWriteCloser
	Truncate(size int64) error
	Sync() error
	Seek(offset int64, whence int) (int64, error)
}

func openFile(name string, flag int) (file, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// sink is where rows go: a file, a stream, or nowhere.
type sink struct {
	f    file      // nil if it is no file
	w    io.Writer // nil if it is nowhere
	hash hash.Hash
	size int64
	torn error // why it could not be synced
}

func newSink(f file, w io.Writer) *sink {
	if f != nil {
		w = f
	}
	return &sink{f: f, w: w, hash: sha256.New()}
}

func (s *sink) write(b []byte) error {
	if s.w == nil || len(b) == 0 {
		return nil
	}
	if _, err := s.w.Write(b); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	_, _ = s.hash.Write(b)
	s.size += int64(len(b))
	return nil
}

// restore makes a file what it was when it had some bytes of some hash.
func (s *sink) restore(size int64, sum string) error {
	if s.f == nil {
		return nil
	}
	if n, err := io.Copy(s.hash, io.LimitReader(s.f, size)); err != nil || n != size {
		return fmt.Errorf("%w: the output or the rejects are shorter", ErrChanged)
	}
	if hexSum(s.hash) != sum {
		return fmt.Errorf("%w: the output or the rejects were written to", ErrChanged)
	}
	s.size = size
	return s.cut(size)
}

// cut takes away what is behind the first size bytes.
func (s *sink) cut(size int64) error {
	if s.f == nil {
		return nil
	}
	if err := s.f.Truncate(size); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	_, err := s.f.Seek(size, io.SeekStart)
	return err
}

// sync has the file down on the disk. Once that failed it fails for good: a second try
// may succeed though what the first one was about is lost.
func (s *sink) sync() error {
	if s.f == nil {
		return nil
	}
	if s.torn == nil {
		if err := s.f.Sync(); err != nil {
			s.torn = fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	return s.torn
}

func (s *sink) close() error {
	if s.f == nil {
		return nil
	}
	f := s.f
	s.f = nil
	return f.Close()
}

// hexSum returns the hash so far; more can be added to it.
func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
