package reencrypt

import (
	"fmt"
	"io"
)

// Chunk is some rows that follow each other, or those of a [Sampler].
type Chunk struct {
	data      []byte // as it was read, with blank lines
	records   []record
	scattered bool // the rows do not follow each other
}

// Rows returns how many rows the chunk has.
func (c *Chunk) Rows() int { return len(c.records) }

// Chunks cuts an input into chunks of at most so many rows, for whoever hands them
// out to others. head is what is before the rows and goes before the output; the
// layout learns from it where the columns are. next returns one chunk after the
// other, and io.EOF after the last. Errors are [ErrOptions], [ErrInput], [ErrColumns],
// [ErrRows], and those of the reader.
func Chunks(r io.Reader, l *Layout, most int) (head []byte, next func() (*Chunk, error), err error) {
	content, _, err := unpack(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	if most < 1 || most > MaxBatch {
		return nil, nil, problemf("a batch has 1 to %d rows", MaxBatch)
	}
	s := &splitter{in: content, layout: l, most: most}
	head, err = s.preamble()
	return head, s.next, err
}

// NewChunk returns the rows in data, which begins with row first, counted from 1.
// It is what another process makes of [Chunk.Data] and [Chunk.First].
func NewChunk(l *Layout, first int64, data []byte) *Chunk {
	c := &Chunk{data: data}
	for at := 0; at < len(data); {
		n, reason := l.end(data[at:], true)
		if !blank(data[at : at+n]) {
			c.records = append(c.records, record{span{at, at + n}, first, reason})
			first++
		}
		at += n
	}
	return c
}

// Data returns the rows as they stand in the input.
func (c *Chunk) Data() []byte { return c.data }

// First returns the number of the first row, 0 if there is none.
func (c *Chunk) First() int64 {
	if len(c.records) == 0 {
		return 0
	}
	return c.records[0].number
}
