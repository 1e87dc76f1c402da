package queue

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// tableSource is a table, read in the order of its key, a chunk in each transaction:
// the database that has it is not held in one snapshot for hours.
type tableSource struct {
	t     *table
	batch int
	wait  time.Duration
	rows  *reencrypt.Layout
	first []byte // titles of the columns
	where tablePlace
	hash  hash.Hash // of the rows as CSV, with their titles
	over  bool
}

// tablePlace is where in a table a run is.
type tablePlace struct {
	After *string `json:"after"` // the key of the last row
	Rows  int64   `json:"rows"`
	Bytes int64   `json:"bytes"`
	Hash  []byte  `json:"hash"` // the state of the hash, so that it can be gone on with
}

func openTableSource(ctx context.Context, o *Options) (*tableSource, error) {
	t, err := openTable(ctx, *o.Table, o.Map, o.Wait)
	if err != nil {
		return nil, err
	}
	if t.clear && o.Table.URL != o.URL { // of that one Submit tells
		o.Note(clearTableNote)
	}
	s := &tableSource{t: t, batch: o.Batch, wait: o.Wait, hash: sha256.New()}
	if s.rows, err = reencrypt.NewLayout(reencrypt.CSV, o.Delimiter, t.roles); err == nil {
		t.delimiter = s.rows.Delimiter
		if err = s.rows.Into(o.OutKind, o.Delimiter); err == nil {
			s.first, _, err = reencrypt.Chunks(strings.NewReader(string(t.header())), s.rows, 1)
		}
	}
	if err != nil {
		t.close()
		return nil, err
	}
	s.add(s.first)
	return s, nil
}

func (s *tableSource) add(b []byte) {
	_, _ = s.hash.Write(b)
	s.where.Bytes += int64(len(b))
}

func (s *tableSource) layout() *reencrypt.Layout { return s.rows }
func (s *tableSource) head() []byte              { return s.first }
func (s *tableSource) sum() string               { return hexSum(s.hash) }

func (s *tableSource) next(ctx context.Context) (*reencrypt.Chunk, error) {
	if s.over {
		return nil, io.EOF
	}
	var p page
	err := patiently(ctx, s.wait, func() (err error) { p, err = s.t.page(ctx, s.where.After, s.batch); return err })
	if err != nil {
		return nil, err
	}
	if p.rows == 0 {
		s.over = true
		return nil, io.EOF
	}
	c := reencrypt.NewChunk(s.rows, s.where.Rows+1, p.data)
	s.where.Rows += int64(c.Rows())
	s.where.After = &p.last
	s.add(p.data)
	return c, nil
}

func (s *tableSource) place() string {
	w := s.where
	w.Hash, _ = s.hash.(encoding.BinaryMarshaler).MarshalBinary() // it cannot fail
	return string(encode(w))
}

// skip goes on behind the last key. What is before it is not read again: a table may
// have changed there, and what was submitted counts.
func (s *tableSource) skip(_ context.Context, at position) error {
	s.over = at.filled
	if at.chunks == 0 {
		return nil
	}
	var w tablePlace
	if json.Unmarshal([]byte(at.place), &w) != nil || w.After == nil || w.Rows != at.rows ||
		s.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(w.Hash) != nil || s.sum() != at.sum {
		return fmt.Errorf("%w: where the run is in the table cannot be read", ErrDatabase)
	}
	s.where = w
	return nil
}

func (s *tableSource) ended() error { return nil }

func (s *tableSource) describe(to *spec) { to.Table = s.t.id() }

func (s *tableSource) enter(m *reencrypt.Manifest) {
	m.Input = reencrypt.FileHash{Name: s.t.name(), Bytes: s.where.Bytes, SHA256: s.sum()}
}

func (s *tableSource) close() { s.t.close() }
