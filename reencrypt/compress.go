package reencrypt

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Compression is how a file is compressed.
type Compression uint8

// The compressions. The zero Compression is none.
const (
	None Compression = iota
	Gzip             // RFC 1952, of several members
	Zstd             // RFC 8878, of several frames
)

// ErrCompression says that there is no compression of that name.
var ErrCompression = errors.New("reencrypt: no such compression: want none, gzip or zstd")

// compressions are told by the end of a file's name.
var compressions = map[string]Compression{".gz": Gzip, ".zst": Zstd}

// ParseCompression returns the compression of the given name: none, gzip or zstd. The
// error is [ErrCompression].
func ParseCompression(name string) (Compression, error) {
	for _, c := range []Compression{None, Gzip, Zstd} {
		if strings.EqualFold(name, c.String()) {
			return c, nil
		}
	}
	return 0, ErrCompression
}

// CompressionOf returns the compression that a file's name tells by its end: .gz
// or .zst.
func CompressionOf(file string) Compression {
	return compressions[strings.ToLower(filepath.Ext(file))]
}

// String returns "none", "gzip" or "zstd".
func (c Compression) String() string {
	switch c {
	case Gzip:
		return "gzip"
	case Zstd:
		return "zstd"
	}
	return "none"
}

// MarshalText returns what String does.
func (c Compression) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Compression) UnmarshalText(text []byte) (err error) {
	*c, err = ParseCompression(string(text))
	return err
}

// pack appends data to dst as a member or frame of its own. So what is written can
// be cut off after any of them, and the same data make the same bytes whenever
// they were written.
func (c Compression) pack(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	switch c {
	case Gzip:
		b := bytes.NewBuffer(dst)
		w := <-gzips()
		w.Reset(b)
		_, _ = w.Write(data) // a bytes.Buffer takes everything
		_ = w.Close()
		gzips() <- w
		return b.Bytes()
	case Zstd:
		w := <-zstds()
		dst = w.EncodeAll(data, dst)
		zstds() <- w
		return dst
	}
	return append(dst, data...)
}

// A member of some hundred kilobytes needs no window of megabytes.
const zstdWindow = 1 << 18

// An encoder has a megabyte or more, so there is one for each processor, and not
// for each worker.
var (
	gzips = sync.OnceValue(func() chan *gzip.Writer {
		return several(func() *gzip.Writer { return gzip.NewWriter(nil) })
	})
	zstds = sync.OnceValue(func() chan *zstd.Encoder {
		return several(func() *zstd.Encoder {
			w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true))
			if err != nil { // the options are wrong: a mistake in this package
				panic("reencrypt: " + err.Error())
			}
			return w
		})
	})
)

func several[T any](one func() T) chan T {
	n := runtime.GOMAXPROCS(0)
	c := make(chan T, n)
	for range n {
		c <- one()
	}
	return c
}

// maxWindow is the most memory that a compressed input may ask for.
const maxWindow = 64 << 20

// unpack returns the content of what r reads. Neither CSV nor JSON begins as a
// compressed file does, so the name does not matter.
func unpack(r io.Reader) (io.Reader, Compression, error) {
	b := bufio.NewReaderSize(r, 256<<10)
	first, err := b.Peek(10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, None, err
	}
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		return z, Gzip, err
	case bytes.HasPrefix(first, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, None, err
		}
		return z.IOReadCloser(), Zstd, nil
	}
	if name := unread(first); name != "" {
		return nil, None, fmt.Errorf("it is compressed by %s: want gzip, zstd or no compression", name)
	}
	return b, None, nil
}

// unread tells by its first 10 bytes what a file is compressed by that is not read here,
// and would be taken for rows of nonsense.
func unread(first []byte) string {
	switch {
	case bytes.HasPrefix(first, []byte("BZh")) && bytes.HasSuffix(first, []byte("1AY&SY")):
		return "bzip2"
	case bytes.HasPrefix(first, []byte("\xfd7zXZ\x00")):
		return "xz"
	case bytes.HasPrefix(first, []byte("PK\x03\x04")):
		return "zip"
	}
	return ""
}
