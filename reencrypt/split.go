package reencrypt

import (
	"bytes"
	"errors"
	"io"
)

const (
	// maxRecord is the longest row in bytes. Longer ones are rejected.
	maxRecord = 64 << 10
	// maxLine is where a line ends to be a row at all.
	maxLine = 16 << 20
	// maxChunk is how many bytes a chunk has at most, but for its last row.
	maxChunk = 1 << 20
	// readSize is how much is asked for at once.
	readSize = 256 << 10
)

// ErrRows says that an input does not consist of rows.
var ErrRows = errors.New("reencrypt: a line of more than 16 MiB: these are no rows")

// span is where something is: from start to before end.
type span struct{ start, end int }

func (s span) of(b []byte) []byte { return b[s.start:s.end] }

// record is a row as it stands in a chunk's data, with its line end.
type record struct {
	span
	number int64 // from 1
	reason Reason
}

// Chunk is some rows that follow each other, or those of a [Sampler].
type Chunk struct {
	data      []byte // as it was read, with blank lines
	records   []record
	scattered bool // the rows do not follow each other
}

// Rows returns how many rows the chunk has.
func (c *Chunk) Rows() int { return len(c.records) }

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

// blank reports whether a line has nothing in it: it is no row.
func blank(line []byte) bool {
	for _, c := range line {
		if c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// end returns the length of the first record in b with its line end, 0 if more
// must be read to know it, and why it cannot be a row.
func (l *Layout) end(b []byte, whole bool) (int, Reason) {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 && !whole {
		return 0, ""
	}
	if n == 0 {
		n = len(b)
	}
	if l.Kind != CSV || bytes.IndexByte(b[:n], '"') < 0 {
		if n > maxRecord {
			return n, TooLong
		}
		return n, ""
	}
	if n > maxRecord {
		return n, TooLong
	}
	quoted, state := csvEnd(b[:min(len(b), maxRecord)], l.Delimiter)
	switch {
	case state == csvWhole:
		return quoted, ""
	case state == csvMore && !whole && len(b) < maxRecord:
		return 0, ""
	case state == csvMore && whole && quoted > 0 && len(b) <= maxRecord:
		return quoted, "" // the closing quote is the last byte
	}
	// Wrong quotes may hide where the record ends: it is its first line, and what
	// follows is looked at as rows of their own.
	return n, Malformed
}

type csvState uint8

const (
	csvWhole csvState = iota
	csvMore           // a quote is open, or what follows it is not there yet
	csvBad
)

// csvEnd returns the length of the CSV record at the start of b. Where the state
// is csvMore and the length is not 0, the record is whole if nothing follows.
func csvEnd(b []byte, delimiter byte) (int, csvState) {
	for i := 0; ; i++ { // at the start of a field
		if i < len(b) && b[i] == '"' {
			end, state := quotedEnd(b, i)
			if state != csvWhole {
				return 0, state
			}
			i = end
			if i == len(b) || i+1 == len(b) && b[i] == '\r' {
				return len(b), csvMore
			}
			if b[i] == '\r' && b[i+1] == '\n' {
				i++
			}
		} else {
			for i < len(b) && b[i] != delimiter && b[i] != '\n' {
				if b[i] == '"' {
					return 0, csvBad
				}
				i++
			}
			if i == len(b) {
				return len(b), csvMore
			}
		}
		switch b[i] {
		case '\n':
			return i + 1, csvWhole
		case delimiter:
		default:
			return 0, csvBad
		}
	}
}

// quotedEnd returns where the quoted field that begins at i is over: the place
// behind its closing quote.
func quotedEnd(b []byte, i int) (int, csvState) {
	for i++; ; i++ {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return 0, csvMore
		}
		i += k + 1
		if i == len(b) || b[i] != '"' {
			return i, csvWhole
		}
	}
}
