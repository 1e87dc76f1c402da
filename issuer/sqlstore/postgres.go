package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// postgres is the engine for PostgreSQL.
type postgres struct {
	pool *pgxpool.Pool
	db   *sql.DB // on the pool
}

const (
	pgConnections = 16 // where the address does not say pool_max_conns
	pgLanes       = 2
	pgRollback    = 5 * time.Second
)

// ErrNotDurable says that the server is set up to report commits that are not on
// disk: a crash of it would give tries back.
var ErrNotDurable = errors.New("issuer/sqlstore: synchronous_commit is off for this role or database: commits would be reported before they are durable")

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	conf, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, ErrDSN // err may quote the address, and that the password
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		conf.MaxConns = pgConnections
	}
	params := conf.ConnConfig.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "pinion"
	}
	// A process that hangs in mid-transaction must not keep its cards for ever.
	if params["idle_in_transaction_session_timeout"] == "" {
		params["idle_in_transaction_session_timeout"] = "60000"
	}
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, ErrDSN
	}
	p := &postgres{pool: pool, db: stdlib.OpenDBFromPool(pool)}
	p.db.SetMaxIdleConns(0) // the pool keeps them
	if err := p.prepare(ctx); err != nil {
		_ = p.Close()
		return nil, err
	}
	return &Store{engine: p, db: p.db}, nil
}

// prepare makes sure of the server and of its tables.
func (p *postgres) prepare(ctx context.Context) error {
	var commit, version string
	err := p.pool.QueryRow(ctx, "SELECT current_setting('synchronous_commit'), version()").Scan(&commit, &version)
	if err != nil {
		return failed(ctx, p, err)
	}
	if commit == "off" {
		return ErrNotDurable
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return failed(ctx, p, err)
	}
	options := []goose.ProviderOption{goose.WithSessionLocker(locker)}
	if strings.HasPrefix(version, "CockroachDB") {
		options = append(options, goose.WithExcludeVersions([]int64{2})) // see 00002_append_only.sql
	}
	return migrate(ctx, p.db, p, goose.DialectPostgres, options...)
}

// Kind returns "postgres".
func (p *postgres) Kind() string { return "postgres" }

// Lanes implements [issuer.Store]: while one transaction waits for the disk,
// another is with the HSM. More would wait for the end of the audit log, each with
// fewer requests in it.
func (p *postgres) Lanes() int { return min(pgLanes, int(p.pool.Config().MaxConns)) }

// Close implements [issuer.Store]. It waits for the transactions that are running.
func (p *postgres) Close() error {
	err := p.db.Close()
	p.pool.Close()
	return err
}

// acquire takes a connection. Where that fails another try would fail too.
func (p *postgres) acquire(ctx context.Context) (*pgTx, error) {
	conn, err := p.pool.Acquire(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		f := p.explain(err)
		f.kind = final
		return nil, f
	}
	return &pgTx{conn: conn}, nil
}

// execute implements engine.
func (p *postgres) execute(ctx context.Context, statements []statement) error {
	b := &pgx.Batch{}
	b.Queue(pgBegin)
	for _, s := range statements {
		b.Queue(s.text, s.args...)
	}
	b.Queue(pgCommit)
	t, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	defer t.release()
	return t.conn.SendBatch(ctx, b).Close()
}
