package queue

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Schema holds the tables of this package and those of River.
const Schema = "pinion_reencrypt"

// tables are made where they are not there. A chunk is there until it is done, and a
// result until it is fetched. PostgreSQL is not to compress them: what is enciphered
// does not get shorter.
const tables = `
CREATE TABLE IF NOT EXISTS pinion_reencrypt.run (
	id          text PRIMARY KEY,
	version     integer NOT NULL,
	spec        jsonb NOT NULL,
	owner       text NOT NULL,
	created     timestamptz NOT NULL DEFAULT now(),
	chunks      bigint NOT NULL DEFAULT 0,
	rows_read   bigint NOT NULL DEFAULT 0,
	content_sha text NOT NULL DEFAULT '',
	filled      boolean NOT NULL DEFAULT false,
	progress    jsonb NOT NULL DEFAULT '{}',
	manifest    jsonb
);
ALTER TABLE pinion_reencrypt.run ADD COLUMN IF NOT EXISTS place text NOT NULL DEFAULT '';
ALTER TABLE pinion_reencrypt.run ADD COLUMN IF NOT EXISTS output text NOT NULL DEFAULT '',
	ADD COLUMN IF NOT EXISTS touched timestamptz NOT NULL DEFAULT now(), ADD COLUMN IF NOT EXISTS stopped timestamptz;
CREATE TABLE IF NOT EXISTS pinion_reencrypt.chunk (
	run   text NOT NULL REFERENCES pinion_reencrypt.run ON DELETE CASCADE,
	n     bigint NOT NULL,
	first bigint NOT NULL,
	data  bytea NOT NULL,
	PRIMARY KEY (run, n)
);
ALTER TABLE pinion_reencrypt.chunk ADD COLUMN IF NOT EXISTS places bytea;
CREATE TABLE IF NOT EXISTS pinion_reencrypt.result (
	run        text NOT NULL REFERENCES pinion_reencrypt.run ON DELETE CASCADE,
	n          bigint NOT NULL,
	out        bytea NOT NULL,
	rejects    bytea NOT NULL,
	sum        bytea NOT NULL,
	rows_read  bigint NOT NULL,
	translated bigint NOT NULL,
	reasons    jsonb NOT NULL,
	device     text NOT NULL,
	PRIMARY KEY (run, n)
);
ALTER TABLE pinion_reencrypt.chunk ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE pinion_reencrypt.result ALTER COLUMN out SET STORAGE EXTERNAL, ALTER COLUMN rejects SET STORAGE EXTERNAL;`

// specVersion is that of what is in a run's spec. Workers leave runs of another one to
// others.
const specVersion = 3

// lockNumber is that of the advisory lock under which the tables are made.
const lockNumber = 0x70696e696f6e71

// database is a pool of connections to the queue.
type database struct {
	pool *pgxpool.Pool
	wait time.Duration // how long it is waited for
}

// open opens a database and makes sure of its tables. note is told if it is waited for,
// and if the network can read along.
func open(ctx context.Context, url string, connections int, wait time.Duration, note func(string)) (*database, error) {
	conf, err := config(url, connections)
	if err != nil {
		return nil, err
	}
	return openAt(ctx, conf, wait, note)
}

func openAt(ctx context.Context, conf *pgxpool.Config, wait time.Duration, note func(string)) (*database, error) {
	d, err := connect(ctx, conf, wait)
	if err != nil {
		return nil, err
	}
	if err := patientlyTold(ctx, wait, note, func() error { return failed(d.migrate(ctx)) }); err != nil {
		d.close()
		return nil, err
	}
	if clear, err := poolInClear(ctx, d.pool); err == nil && clear {
		note(clearNote)
	}
	return d, nil
}

// connect makes the pool of a database, which need not answer yet.
func connect(ctx context.Context, conf *pgxpool.Config, wait time.Duration) (*database, error) {
	params := conf.ConnConfig.RuntimeParams
	// A worker that hangs in mid-transaction must not keep its chunk for ever.
	if params["idle_in_transaction_session_timeout"] == "" {
		params["idle_in_transaction_session_timeout"] = "60000"
	}
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, ErrURL
	}
	return &database{pool: pool, wait: wait}, nil
}

// config reads the address of a database.
func config(url string, connections int) (*pgxpool.Config, error) {
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return nil, ErrURL
	}
	conf, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, ErrURL // err may quote the address, and that the password
	}
	conf.MaxConns = max(conf.MaxConns, int32(min(connections, 1000)))
	if params := conf.ConnConfig.RuntimeParams; params["application_name"] == "" {
		params["application_name"] = "pinion reencrypt"
	}
	return conf, nil
}

// migrate makes the tables. One process at a time does.
func (d *database) migrate(ctx context.Context) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(lockNumber)); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(lockNumber))
	}()
	if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(d.pool), &rivermigrate.Config{Schema: Schema, Logger: silent()})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	var there bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('pinion_reencrypt.result') IS NOT NULL AND EXISTS
		(SELECT FROM pg_attribute WHERE attrelid = to_regclass('pinion_reencrypt.run') AND attname = 'stopped')`).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, tables)
	return err
}

func (d *database) close() { d.pool.Close() }

// transact calls f in a transaction, again and again while the database does not
// answer: f must bear being done twice.
func (d *database) transact(ctx context.Context, f func(tx pgx.Tx) error) error {
	return patiently(ctx, d.wait, func() error {
		return failed(pgx.BeginFunc(ctx, d.pool, f))
	})
}

// silent is a logger of nothing: River would write to standard output.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// queueOf returns the name of a run's queue in River.
func queueOf(run string) string { return "reencrypt_" + run }

// chunkArgs is a job: which rows are to be translated. They are in a table, since
// River hands arguments around in JSON.
type chunkArgs struct {
	Run string `json:"run"`
	N   int64  `json:"n"`
}

// Kind is the name of these jobs in River.
func (chunkArgs) Kind() string { return "pinion_reencrypt_chunk" }

// Jobs that are done for somebody who was lost come first: the output waits for them.
const (
	usualPriority  = 2
	urgentPriority = 1
)

// insertion returns how River is to keep a job. It is never given up.
func (a chunkArgs) insertion(priority int) river.InsertManyParams {
	return river.InsertManyParams{Args: a, InsertOpts: &river.InsertOpts{MaxAttempts: 10_000, Priority: priority, Queue: queueOf(a.Run)}}
}
