package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// lite is the engine for SQLite: one connection that writes, and others that
// read.
type lite struct {
	readers *sql.DB
	writers *sql.DB // of one connection
	writer  *sql.Conn
	turn    chan struct{}        // holds a token while the writer is free
	stmts   map[string]*sql.Stmt // of the writer
	end     sync.Once
	ended   chan struct{}
}

const (
	liteBusy    = "5000" // milliseconds to wait for other processes
	liteReaders = 4
	// Pages of the WAL, 16 MiB, before it is copied to the file: pages that many
	// commits change are copied once.
	liteCheckpoint = "4096"
)

func openLite(ctx context.Context, file string) (*Store, error) {
	if file == "" || file == ":memory:" {
		return nil, ErrDSN
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("issuer/sqlstore: %w", err)
	}
	// SQLite would make it readable by everybody. Its companions take its mode.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("issuer/sqlstore: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("issuer/sqlstore: %w", err)
	}
	l := &lite{turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}, ended: make(chan struct{})}
	l.turn <- struct{}{}
	if err := l.open(ctx, file); err != nil {
		_ = l.Close()
		return nil, err
	}
	return &Store{engine: l, db: l.readers}, nil
}

func (l *lite) open(ctx context.Context, file string) (err error) {
	if l.writers, err = connect(file); err != nil {
		return failed(ctx, l, err)
	}
	if err := l.migrate(ctx); err != nil {
		return err
	}
	l.writers.SetMaxOpenConns(1)
	if l.writer, err = l.writers.Conn(ctx); err != nil {
		return failed(ctx, l, err)
	}
	if l.readers, err = connect(file, "query_only(1)"); err != nil {
		return failed(ctx, l, err)
	}
	l.readers.SetMaxOpenConns(liteReaders)
	l.readers.SetMaxIdleConns(liteReaders)
	return nil
}

// connect opens the file. Each commit is flushed to the disk before it is
// reported.
func connect(file string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{"busy_timeout(" + liteBusy + ")", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"wal_autocheckpoint(" + liteCheckpoint + ")"}, pragmas...) {
		q.Add("_pragma", p)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(file), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

// migrate brings the tables up to date. Of several processes that begin at once,
// one is first and the others fail: then they look again.
func (l *lite) migrate(ctx context.Context) error {
	for try := 1; ; try++ {
		err := migrate(ctx, l.writers, l, goose.DialectSQLite3)
		if err == nil || errors.Is(err, ErrNewer) || try == attempts {
			return err
		}
		if err := pause(ctx, try+4); err != nil {
			return err
		}
	}
}

// Kind returns "sqlite".
func (l *lite) Kind() string { return "sqlite" }

// Lanes implements [issuer.Store]: there is one writer.
func (l *lite) Lanes() int { return 1 }

// Close implements [issuer.Store]. It waits for the transaction that is running.
func (l *lite) Close() (err error) {
	l.end.Do(func() {
		close(l.ended)
		<-l.turn
		if err = errors.Join(l.close()...); err != nil {
			err = l.explain(err)
		}
	})
	return err
}

func (l *lite) close() (errs []error) {
	for _, s := range l.stmts {
		errs = append(errs, s.Close())
	}
	if l.writer != nil {
		errs = append(errs, l.writer.Close())
	}
	for _, db := range []*sql.DB{l.readers, l.writers} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errs
}

// explain implements engine: it tells the code, for SQLite's messages may quote.
func (l *lite) explain(err error) *fault {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		f := transport(err)
		f.kind = final
		return f
	}
	f := &fault{what: "SQLite error " + strconv.Itoa(e.Code())}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		f.what, f.kind = f.what+": another process is writing", again
	case sqlite3.SQLITE_FULL:
		f.what += ": the disk is full"
	case sqlite3.SQLITE_READONLY:
		f.what += ": the file is read-only"
	case sqlite3.SQLITE_IOERR:
		f.what += ": the disk failed"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		f.what += ": the file is damaged, or no database"
	case sqlite3.SQLITE_CANTOPEN:
		f.what += ": the file cannot be opened"
	case sqlite3.SQLITE_CONSTRAINT:
		f.what += ": a constraint refused it"
	}
	return f
}
