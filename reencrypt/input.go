package reencrypt

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"
)

// identity is what an input file is known again by, before its rows are read.
type identity struct {
	Size  int64     `json:"size"`
	Time  time.Time `json:"time"`
	First string    `json:"first"` // SHA-256 of the first megabyte
}

// input is a file or stream of rows.
type input struct {
	file    *os.File // nil for a stream
	id      identity
	pack    Compression
	content io.Reader
	whole   *fileHash // of the file as it is
	raw     io.Reader // through whole
}

// openInput opens what rows are read from.
func openInput(o *Options) (*input, error) {
	in := &input{}
	var r io.Reader = o.Stdin
	if o.In != "-" {
		f, err := os.Open(o.In)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		in.file, r = f, f
		if err := in.identify(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		o.Meter.total.Store(in.id.Size)
	}
	in.whole = &fileHash{Hash: sha256.New()}
	in.raw = io.TeeReader(&counter{r, o.Meter}, in.whole)
	var err error
	if in.content, in.pack, err = unpack(in.raw); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrInput, err), in.close())
	}
	in.whole.off = in.pack == None
	return in, nil
}

// fileHash is the hash of a compressed file. Where the content is the file, its
// hash is enough.
type fileHash struct {
	hash.Hash
	off bool
}

func (h *fileHash) Write(b []byte) (int, error) {
	if h.off {
		return len(b), nil
	}
	return h.Hash.Write(b)
}

// identify looks at the file without moving in it.
func (in *input) identify() error {
	info, err := in.file.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is no file; pipe it to standard input", ErrInput)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(in.file, 0, 1<<20)); err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	in.id = identity{info.Size(), info.ModTime().UTC(), hexSum(h)}
	return nil
}

// ended reads what is behind the rows, if anything is, and holds the file to what
// it was at the start.
func (in *input) ended() error {
	if _, err := io.Copy(io.Discard, in.raw); err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	if in.file == nil {
		return nil
	}
	before := in.id
	if err := in.identify(); err != nil {
		return err
	}
	if in.id != before {
		return fmt.Errorf("%w: it was changed while it was read", ErrInput)
	}
	return nil
}

func (in *input) close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}

// counter tells a meter what was read.
type counter struct {
	r io.Reader
	m *Meter
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.m.read.Add(int64(n))
	return n, err
}
