package reencrypt

import (
	"errors"
	"io"
)

const (
	// maxLine is where a line ends to be a row at all, and a quote to be one that closes.
	maxLine = 16 << 20
	// maxChunk is how many bytes a chunk has at most, but for its last row.
	maxChunk = 1 << 20
	// readSize is how much is asked for at once.
	readSize = 256 << 10
)

// ErrRows says that an input does not consist of rows.
var ErrRows = errors.New("reencrypt: a line of more than 16 MiB: these are no rows")

// splitter cuts an input into rows and these into chunks. Where a chunk ends
// depends on nothing but the rows, so a run that begins at the start of one makes
// the chunks that follow as every run does.
type splitter struct {
	in     io.Reader
	layout *Layout
	most   int    // rows of a chunk
	rest   []byte // read, and in no chunk yet
	ended  error  // what ended the input
	number int64  // of the last row
	usual  int    // rows of the last chunk
}

// next returns the next chunk. The error io.EOF comes with none.
func (s *splitter) next() (*Chunk, error) {
	// Chunks share an array, each with its own part of it; what is read goes behind
	// them all.
	c := &Chunk{data: s.rest, records: make([]record, 0, s.usual)}
	at := 0
	for len(c.records) < s.most && at < maxChunk {
		n, reason := s.layout.end(c.data[at:], s.ended != nil)
		if n == 0 {
			if s.ended != nil {
				break
			}
			if len(c.data)-at > maxLine {
				return nil, ErrRows
			}
			c.data = s.fill(c.data)
			continue
		}
		if n > maxLine {
			return nil, ErrRows
		}
		if !blank(c.data[at : at+n]) {
			s.number++
			c.records = append(c.records, record{span{at, at + n}, s.number, reason})
		}
		at += n
	}
	s.rest = c.data[at:]
	c.data = c.data[:at:at]
	s.usual = len(c.records)
	if s.ended != nil && !errors.Is(s.ended, io.EOF) {
		return nil, s.ended // rows may be cut off: nothing of a broken input is taken for whole
	}
	if at == 0 {
		return nil, io.EOF
	}
	return c, nil
}

// fill reads some more behind what there is.
func (s *splitter) fill(b []byte) []byte {
	n := len(b)
	if cap(b)-n < readSize {
		b = append(make([]byte, 0, 2*n+2*readSize), b...)
	}
	for end := n + readSize; n < end && s.ended == nil; {
		var k int
		k, s.ended = s.in.Read(b[n:end])
		n += k
	}
	return b[:n]
}
