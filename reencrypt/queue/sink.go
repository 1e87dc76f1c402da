package queue

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// rejectsHeader is the first line of rejects that are CSV, as in package reencrypt.
const rejectsHeader = "row,id,pan,code,reason\n"

// sink is a file that is written, or nothing.
type sink struct {
	f    *os.File // nil: what is written goes nowhere
	hash hash.Hash
	size int64
}

// openSinks opens the outputs, as they were when the progress was saved.
func (s *submitter) openSinks() (err error) {
	if s.out, err = openSink(s.o.Out, s.point.OutSize, s.point.Out); err != nil {
		return err
	}
	s.reject, err = openSink(s.o.Rejects, s.point.RejectSize, s.point.Rejects)
	return err
}

func (s *submitter) closeSinks() {
	for _, k := range []*sink{s.out, s.reject} {
		if k != nil && k.f != nil {
			_ = k.f.Close()
		}
	}
}

// openSink opens a file and cuts off what is behind its first size bytes, which have a
// hash.
func openSink(path string, size int64, want string) (*sink, error) {
	if path == "" {
		return &sink{hash: sha256.New()}, nil
	}
	f, err := os.OpenFile(path+".partial", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	k := &sink{f: f, hash: sha256.New(), size: size}
	n, err := io.Copy(k.hash, io.LimitReader(f, size))
	switch {
	case err != nil || n != size || size > 0 && hexSum(k.hash) != want:
		err = fmt.Errorf("%w: the output or the rejects are not what was written", reencrypt.ErrChanged)
	default:
		if err = f.Truncate(size); err == nil {
			_, err = f.Seek(size, io.SeekStart)
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return k, nil
}

func (k *sink) write(b []byte) error {
	if k.f == nil {
		return nil
	}
	if _, err := k.f.Write(b); err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	_, _ = k.hash.Write(b)
	k.size += int64(len(b))
	return nil
}

func (k *sink) sync() error {
	if k.f == nil {
		return nil
	}
	if err := k.f.Sync(); err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	return nil
}

// writeHead writes what is before the rows.
func (s *submitter) writeHead() error {
	if s.out.size > 0 || s.reject.size > 0 || s.point.Chunks > 0 {
		return nil
	}
	head, err := pack(s.o.Compress, s.source.layout().Head(s.source.head()))
	if err == nil {
		err = s.out.write(head)
	}
	if err != nil || s.spec.Rejects != reencrypt.CSV {
		return err
	}
	if head, err = pack(s.spec.RejectsPack, []byte(rejectsHeader)); err == nil {
		err = s.reject.write(head)
	}
	return err
}

// zstdWindow is that of package reencrypt.
const zstdWindow = 1 << 18

// pack compresses data into a member or frame as package reencrypt does, so that the
// output of a queue is that of one machine.
func pack(c reencrypt.Compression, data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	switch c {
	case reencrypt.Gzip:
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(data)
		err = errors.Join(err, w.Close())
		return b.Bytes(), err
	case reencrypt.Zstd:
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return nil, err
		}
		data = w.EncodeAll(data, nil)
		return data, w.Close()
	}
	return data, nil
}
