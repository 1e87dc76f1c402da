// Package sqlstore keeps the issuer's cards in SQLite or PostgreSQL: it is the
// [issuer.Store] of the service.
//
//	store, err := sqlstore.Open(ctx, "sqlite:/var/lib/pinion/cards.db")
//	store, err := sqlstore.Open(ctx, "postgres://pinion@db.example/pinion")
//
// SQLite is for one machine: WAL, a flush of the disk at each commit, one writer
// at a time and many readers. PostgreSQL takes any number of processes: rows are
// locked in one order (answers, tickets, cards, the end of the audit log), in READ
// COMMITTED, with few round trips: one to lock, one to write, one to commit.
//
// The SQL is also CockroachDB's (no sequences, no advisory locks but the
// migrations'), which answers with serialization failures where PostgreSQL waits:
// both repeat the transaction.
//
// No error holds a value that was to be written: errors of the database are
// reported by their codes.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// Store is an [issuer.Store] on an SQL database.
type Store struct {
	engine
	db *sql.DB // for what needs no transaction of ours
}

var _ issuer.Store = (*Store)(nil)

// engine is what differs between databases.
type engine interface {
	Kind() string // "sqlite" or "postgres"
	Lanes() int
	Close() error

	// begin starts a transaction and locks what is claimed. The claim is tidy.
	begin(ctx context.Context, c *issuer.Claim) (tx, *issuer.Held, error)
	// execute executes statements in one transaction.
	execute(ctx context.Context, statements []statement) error
	// explain makes an error of the database one of ours, without its values.
	explain(err error) *fault
}

// statement is a statement that returns nothing, with its arguments.
type statement struct {
	text string
	args []any
}

// tx is a transaction. Its methods are called in this order; release always, and
// last.
type tx interface {
	// write writes all but the audit log, locks its end, and returns it.
	write(ctx context.Context, ch *changes) (audit.Head, error)
	// commit writes the audit log and commits.
	commit(ctx context.Context, entries []audit.Entry, head audit.Head) error
	// release gives back the connection, and rolls back what was not committed.
	release()
}

// ErrDSN says that a data source name is neither SQLite's nor PostgreSQL's.
var ErrDSN = errors.New(`issuer/sqlstore: a store is "sqlite:" and the name of a file, or a "postgres://" address`)

// Open opens a store and brings its tables up to date. Of SQLite the file is made
// if it is not there; of PostgreSQL the database must exist. The dsn is
// "sqlite:FILE", or a PostgreSQL address as libpq and pgx have it.
//
// It fails if the database is of a later version of this package: see [ErrNewer].
func Open(ctx context.Context, dsn string) (*Store, error) {
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		return openLite(ctx, strings.TrimPrefix(dsn, "sqlite:"))
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return openPostgres(ctx, dsn)
	}
	return nil, ErrDSN
}
