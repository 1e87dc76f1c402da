package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

// maxBatch is how many records are worked on at once.
const maxBatch = 1024

// batch is some records in the order of their lines, or what ended the input.
type batch struct {
	requests []request
	err      error
}

// batches reads records until the input ends, and hands them on as soon as it
// pauses: nobody waits for an answer because a batch is not full. A read cannot
// be interrupted, so it has a goroutine of its own, which a cancelled ctx leaves
// behind in its read.
func batches(ctx context.Context, in io.Reader) <-chan batch {
	c := make(chan batch)
	l := &lines{r: bufio.NewReaderSize(in, 4*maxRecord)}
	go func() {
		defer close(c)
		for {
			b := l.batch()
			done := b.err != nil
			if errors.Is(b.err, io.EOF) {
				b.err = nil
			}
			select {
			case c <- b:
			case <-ctx.Done():
				return
			}
			if done {
				return
			}
		}
	}()
	return c
}

// lines reads lines and counts them.
type lines struct {
	r *bufio.Reader
	n int
}

// batch waits for one record, and takes those with it that are there already.
func (l *lines) batch() (b batch) {
	for len(b.requests) < maxBatch {
		r, err := l.next()
		if r != nil {
			b.requests = append(b.requests, *r)
		}
		if err != nil {
			b.err = err
			return b
		}
		if !l.waiting() {
			return b
		}
	}
	return b
}

// waiting reports whether a whole line was read already.
func (l *lines) waiting() bool {
	ahead, _ := l.r.Peek(l.r.Buffered())
	return bytes.IndexByte(ahead, '\n') >= 0
}

// next reads one line. A line that is too long is read to its end, so that the
// one after it is a line again. The last line may lack its end.
func (l *lines) next() (*request, error) {
	line, err := l.r.ReadSlice('\n')
	long := len(bytes.TrimRight(line, "\r\n")) > maxRecord
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = l.r.ReadSlice('\n')
	}
	if err != nil && len(line) == 0 {
		return nil, err
	}
	l.n++
	var r request
	if long {
		r = request{line: l.n, err: errLongLine}
	} else {
		r = parseRecord(line, l.n)
	}
	return &r, err
}
