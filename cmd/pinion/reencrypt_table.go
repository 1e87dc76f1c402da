package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// tableFlags name a table that rows are read from.
type tableFlags struct{ name, key, url string }

const tableHelp = `

A TABLE of PostgreSQL is read with --in-table SCHEMA.TABLE, in place of --in: its key,
and the columns of --map or of the usual names, in hex where they are bytea. The output
is a CSV or NDJSON file of these. It is read in the order of its key, the primary key or
--in-key, a column that is not null and has a unique index of its own; so every row is
read once. Names are taken as they are in the database, in their case. With --queue the
table is in the same database, or in that of --in-url; it is only read, a chunk in each
transaction, and --resume goes on behind the last key. Without --queue it is a stream,
as standard input is, from --in-url. What is changed or put in while it is read may be
in the output or not: keep writers out, or compare afterwards. To bring the blocks
back, copy the output into a table beside the old one (\copy of psql) and update by key.`

func (t *tableFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&t.name, "in-table", "", "`SCHEMA.TABLE` of PostgreSQL to read rows from, in place of --in")
	f.StringVar(&t.key, "in-key", "", "with --in-table: unique `column` to read it by; otherwise the primary key")
	f.StringVar(&t.url, "in-url", "", "with --in-table: `URL` of its database; with --queue otherwise the queue's")
	c.Long += tableHelp
}

// check holds the flags to each other and to those of a file.
func (t *tableFlags) check(r *reencryptFlags) error {
	switch {
	case t.name == "" && (t.key != "" || t.url != ""):
		return usage("--in-key and --in-url are for --in-table, which is missing")
	case t.name != "" && r.in != "":
		return usage("--in and --in-table exclude each other")
	case t.name != "" && r.records != "":
		return usage("--records and --in-table exclude each other").withHint("--out-records says how the output is written")
	}
	return nil
}

// stream has the options read the table, where there is one. What it returns is to be
// closed.
func (t *tableFlags) stream(ctx context.Context, r *reencryptFlags, tell func(string), o *reencrypt.Options) (end func(), err error) {
	if t.name == "" {
		return func() {}, nil
	}
	if t.url == "" {
		return nil, usage("--in-url is missing").withHint("it is the address of the database that has the table")
	}
	if r.resume {
		return nil, usage("--resume and --in-table exclude each other without --queue").withHint("with --queue URL a run can be resumed; its workers may be this machine alone")
	}
	rows, err := queue.ReadTable(ctx, queue.Table{URL: t.url, Name: t.name, Key: t.key}, o.Map, o.Delimiter, r.wait)
	if err != nil {
		return nil, tableProblem(err)
	}
	if note := rows.Note(); note != "" {
		tell(note)
	}
	o.In, o.Stdin, o.InName, o.Kind, o.Map = "-", rows, rows.Name(), reencrypt.CSV, rows.Roles()
	return func() { _ = rows.Close() }, nil
}

// tableProblem says what to do about a table that cannot be read as a stream.
func tableProblem(err error) error {
	if !errors.Is(err, queue.ErrDatabase) {
		return queueProblem(err)
	}
	return startedAgain(queueProblem(err), "")
}
