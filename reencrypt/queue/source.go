package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// source is the file of rows.
type source struct {
	file    *os.File
	size    int64
	first   string // SHA-256 of the first megabyte
	layout  *reencrypt.Layout
	head    []byte
	next    func() (*reencrypt.Chunk, error)
	raw     hash.Hash // of the file as it is
	tee     io.Reader
	content hash.Hash
}

func openSource(o *Options) (*source, error) {
	f, err := os.Open(o.In)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	s := &source{file: f, raw: sha256.New(), content: sha256.New()}
	if err := s.read(o); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *source) read(o *Options) (err error) {
	if s.size, s.first, err = s.identify(); err != nil {
		return err
	}
	if s.layout, err = reencrypt.NewLayout(o.Kind, o.Delimiter, o.Map); err != nil {
		return err
	}
	s.tee = io.TeeReader(s.file, s.raw)
	if s.head, s.next, err = reencrypt.Chunks(s.tee, s.layout, o.Batch); err != nil {
		return err
	}
	_, _ = s.content.Write(s.head)
	return nil
}

// identify looks at the file without moving in it.
func (s *source) identify() (size int64, first string, err error) {
	info, err := s.file.Stat()
	if err != nil {
		return 0, "", fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	if !info.Mode().IsRegular() {
		return 0, "", fmt.Errorf("%w: it is no file", reencrypt.ErrInput)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(s.file, 0, 1<<20)); err != nil {
		return 0, "", fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	return info.Size(), hexSum(h), nil
}

// ended reads what is behind the rows, if anything is, and holds the file to what it
// was at the start.
func (s *source) ended() error {
	if _, err := io.Copy(io.Discard, s.tee); err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	size, first, err := s.identify()
	if err == nil && (size != s.size || first != s.first) {
		err = fmt.Errorf("%w: it was changed while it was read", reencrypt.ErrInput)
	}
	return err
}

func (s *source) close() { _ = s.file.Close() }

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
