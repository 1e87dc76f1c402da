package queue

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// page is some rows of a table that follow each other.
type page struct {
	data []byte // CSV
	rows int
	last string // the key of the last one
}

// page reads at most n rows behind a key, or from the start, in a transaction of their
// own.
func (t *table) page(ctx context.Context, after *string, n int) (p page, err error) {
	var args []any
	if after != nil {
		args = append(args, *after)
	}
	err = pgx.BeginTxFunc(ctx, t.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, t.query(after != nil, n), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		values := make([]*string, 1+len(t.columns))
		to := make([]any, len(values))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(to...); err != nil {
				return err
			}
			p.data = appendRecord(p.data, values[1:], t.delimiter)
			p.rows, p.last = p.rows+1, *values[0]
		}
		return rows.Err()
	})
	if err != nil {
		return page{}, failed(err)
	}
	return p, nil
}

// query returns the statement for a page: the key as text, and the columns.
//
// The order is that of the column and not of its text, which has the same name in the
// result: so it is named with its table.
func (t *table) query(behind bool, n int) string {
	var b strings.Builder
	key := "t." + quoted(t.key.name)
	b.WriteString("SELECT " + key + "::text")
	for _, c := range t.columns {
		if c.bytes {
			b.WriteString(", encode(t." + quoted(c.name) + ", 'hex')")
		} else {
			b.WriteString(", t." + quoted(c.name) + "::text")
		}
	}
	b.WriteString(" FROM ")
	if t.only {
		b.WriteString("ONLY ")
	}
	b.WriteString(quoted(t.schema, t.table) + " AS t")
	if behind {
		b.WriteString(" WHERE " + key + " > $1::text::" + t.key.kind)
	}
	b.WriteString(" ORDER BY " + key + " LIMIT " + strconv.Itoa(n))
	return b.String()
}

func quoted(names ...string) string { return pgx.Identifier(names).Sanitize() }

// header returns the titles of the columns.
func (t *table) header() []byte {
	titles := make([]*string, len(t.columns))
	for i := range t.columns {
		titles[i] = &t.columns[i].name
	}
	return appendRecord(nil, titles, t.delimiter)
}

// appendRecord appends a CSV record. What is null is empty.
func appendRecord(dst []byte, values []*string, delimiter byte) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, delimiter)
		}
		switch {
		case v == nil:
		case strings.ContainsAny(*v, ",\"\r\n ") || strings.IndexByte(*v, delimiter) >= 0:
			dst = append(append(append(dst, '"'), strings.ReplaceAll(*v, `"`, `""`)...), '"')
		default:
			dst = append(dst, *v...)
		}
	}
	return append(dst, '\n')
}
