package queue

import (
	"context"
	"io"
	"time"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// TableReader reads a table as CSV, in the order of its key: for [reencrypt.Run] on one
// machine, as a stream.
type TableReader struct {
	ctx  context.Context
	wait time.Duration
	t    *table
	last *string
	rest []byte
	err  error
}

// readerRows is how many rows are asked for at once.
const readerRows = 4096

// ReadTable looks for a table and its columns, of which names says what those of the
// roles are called, as in [Options]. delimiter is between the fields of the CSV; zero is
// a comma. A database that does not answer is waited for, as long as wait says. Whoever
// is done closes the reader. Errors wrap [ErrURL], [ErrDatabase], [ErrTable] or
// [reencrypt.ErrColumns].
func ReadTable(ctx context.Context, from Table, names map[reencrypt.Role]string, delimiter byte, wait time.Duration) (*TableReader, error) {
	t, err := openTable(ctx, from, names, wait)
	if err != nil {
		return nil, err
	}
	if delimiter != 0 {
		t.delimiter = delimiter
	}
	return &TableReader{ctx: ctx, wait: wait, t: t, rest: t.header()}, nil
}

// Roles returns what the columns of the roles are called.
func (r *TableReader) Roles() map[reencrypt.Role]string { return r.t.roles }

// Name returns what the table is called, with its schema.
func (r *TableReader) Name() string { return r.t.name() }

// Note returns what whoever reads the table should be told, and "" if that is nothing.
func (r *TableReader) Note() string {
	if r.t.clear {
		return clearTableNote
	}
	return ""
}

// Read implements [io.Reader].
func (r *TableReader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		r.rest, r.err = r.more()
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

// more returns the next rows, and io.EOF when there are none.
func (r *TableReader) more() ([]byte, error) {
	var p page
	err := patiently(r.ctx, r.wait, func() (err error) { p, err = r.t.page(r.ctx, r.last, readerRows); return err })
	switch {
	case err != nil:
		return nil, err
	case p.rows == 0:
		return nil, io.EOF
	}
	r.last = &p.last
	return p.data, nil
}

// Close closes the connections.
func (r *TableReader) Close() error {
	r.t.close()
	return nil
}
