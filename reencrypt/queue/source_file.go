package queue

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// fileSource is a file of rows.
type fileSource struct {
	file    *os.File
	info    os.FileInfo
	first   string // SHA-256 of the first megabyte
	rows    *reencrypt.Layout
	before  []byte // the rows
	chunks  func() (*reencrypt.Chunk, error)
	raw     hash.Hash // of the file as it is
	tee     io.Reader
	content hash.Hash
}

func openFile(o *Options) (*fileSource, error) {
	f, err := os.Open(o.In)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	s := &fileSource{file: f, raw: sha256.New(), content: sha256.New()}
	if err := s.read(o); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *fileSource) read(o *Options) (err error) {
	if s.info, s.first, err = s.identify(); err != nil {
		return err
	}
	if s.rows, err = reencrypt.NewLayout(o.Kind, o.Delimiter, o.Map); err != nil {
		return err
	}
	if err := s.rows.Into(o.OutKind, o.Delimiter); err != nil {
		return err
	}
	s.tee = io.TeeReader(s.file, s.raw)
	if s.before, s.chunks, err = reencrypt.Chunks(s.tee, s.rows, o.Batch); err != nil {
		return err
	}
	_, _ = s.content.Write(s.before)
	return nil
}

// identify looks at the file without moving in it.
func (s *fileSource) identify() (info os.FileInfo, first string, err error) {
	info, err = s.file.Stat()
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	if !info.Mode().IsRegular() {
		return nil, "", fmt.Errorf("%w: it is no file", reencrypt.ErrInput)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(s.file, 0, 1<<20)); err != nil {
		return nil, "", fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	return info, hexSum(h), nil
}

func (s *fileSource) layout() *reencrypt.Layout { return s.rows }
func (s *fileSource) head() []byte              { return s.before }
func (s *fileSource) sum() string               { return hexSum(s.content) }
func (s *fileSource) place() string             { return "" }

func (s *fileSource) next(ctx context.Context) (*reencrypt.Chunk, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c, err := s.chunks()
	if err == nil {
		_, _ = s.content.Write(c.Data())
	}
	return c, err
}

func (s *fileSource) skip(ctx context.Context, at position) error { return readAgain(ctx, s, at) }

// ended reads what is behind the rows, if anything is, and holds the file to what it
// was at the start.
func (s *fileSource) ended() error {
	if _, err := io.Copy(io.Discard, s.tee); err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
	}
	info, first, err := s.identify()
	if err == nil && (info.Size() != s.info.Size() || !info.ModTime().Equal(s.info.ModTime()) || first != s.first) {
		err = fmt.Errorf("%w: it was changed while it was read", reencrypt.ErrInput)
	}
	return err
}

func (s *fileSource) describe(to *spec) { to.InSize, to.InFirst = s.info.Size(), s.first }

func (s *fileSource) enter(m *reencrypt.Manifest) {
	m.Input = reencrypt.FileHash{Name: filepath.Base(s.file.Name()), Bytes: s.info.Size(), SHA256: hexSum(s.raw)}
	if content := s.sum(); content != m.Input.SHA256 {
		m.Input.Content = content
	}
}

func (s *fileSource) close() { _ = s.file.Close() }
