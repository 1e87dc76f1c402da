package queue

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// source is where rows come from: a file or a table.
type source interface {
	layout() *reencrypt.Layout
	head() []byte // what is before the rows

	// next returns the next chunk, and io.EOF when there is none.
	next(ctx context.Context) (*reencrypt.Chunk, error)

	// sum returns the hash of the rows so far.
	sum() string

	// place returns what a run that goes on needs to know of where this one is, beside
	// how many chunks and rows there were.
	place() string

	// skip moves to where an earlier run was.
	skip(ctx context.Context, at position) error

	// ended is asked when next has come to the end. It holds a source that can be to
	// what it was at the start.
	ended() error

	// describe says in a run's spec what is read, and enter in its manifest.
	describe(s *spec)
	enter(m *reencrypt.Manifest)

	close()
}

// position is how far the rows of a run are submitted, as the database has it.
type position struct {
	chunks, rows int64
	sum, place   string
	filled       bool // there are no more
}

// openSource opens what the options name.
func openSource(ctx context.Context, o *Options) (s source, err error) {
	if o.Table != nil {
		s, err = openTableSource(ctx, o)
	} else {
		s, err = openFile(o)
	}
	if err != nil || o.Sample == 0 {
		return s, err
	}
	return sampleOf(s, o)
}

// readAgain is skip of a source that is read from its start, and held to its hash.
func readAgain(ctx context.Context, s source, at position) error {
	for range at.chunks {
		if _, err := s.next(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: the input is shorter", reencrypt.ErrChanged)
		}
	}
	if at.sum != s.sum() {
		return fmt.Errorf("%w: the input has other rows", reencrypt.ErrChanged)
	}
	return nil
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
