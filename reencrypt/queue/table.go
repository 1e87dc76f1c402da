package queue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// Table names a table of PostgreSQL whose rows are read: the key, and the columns that
// have a [reencrypt.Role]. It is only read. Names are taken as they are, in their case.
type Table struct {
	URL  string // of its database
	Name string // SCHEMA.TABLE, or a table that the search path finds
	Key  string // a unique column that is never null; "" is the primary key
}

// ErrTable says that a table cannot be read, or not in an order. The error that wraps
// it says why.
var ErrTable = errors.New("reencrypt/queue: the table")

// table is a [Table] that was found.
type table struct {
	pool      *pgxpool.Pool
	schema    string
	table     string
	oid       uint32
	only      bool // it has no parts
	key       column
	columns   []column // the key is among them
	roles     map[reencrypt.Role]string
	delimiter byte // of the rows as CSV
	clear     bool // the network can read along
}

type column struct {
	name, kind string // kind as SQL writes it
	bytes      bool   // shown in hex
}

// openTable looks for a table and for its columns.
func openTable(ctx context.Context, from Table, names map[reencrypt.Role]string, wait time.Duration) (*table, error) {
	conf, err := config(from.URL, 2)
	if err != nil {
		return nil, err
	}
	params := conf.ConnConfig.RuntimeParams
	params["default_transaction_read_only"] = "on"
	params["row_security"] = "off" // rows that a policy hides are an error, and not left out
	t := &table{delimiter: ','}
	if t.pool, err = pgxpool.NewWithConfig(ctx, conf); err != nil {
		return nil, ErrURL
	}
	err = patiently(ctx, wait, func() error {
		all, err := t.find(ctx, from)
		if err == nil {
			t.clear, err = poolInClear(ctx, t.pool)
		}
		if err != nil {
			return failed(err)
		}
		return t.choose(all, names)
	})
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// find looks up the table and its key, and returns its columns.
func (t *table) find(ctx context.Context, from Table) (all []column, err error) {
	schema, name, ok := strings.Cut(from.Name, ".")
	if !ok {
		schema, name = "", from.Name
	}
	var kind string
	var parts bool
	err = t.pool.QueryRow(ctx, `SELECT c.oid, n.nspname, c.relname, c.relkind::text, EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = $2 AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = $1 END`, schema, name).
		Scan(&t.oid, &t.schema, &t.table, &kind, &parts)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, fmt.Errorf("%w: there is none of that name", ErrTable)
	case err != nil:
		return nil, err
	case kind != "r" && kind != "p" && kind != "m":
		return nil, fmt.Errorf("%w: it is a view or something else, and has no unique index to be read by", ErrTable)
	case kind != "p" && parts:
		return nil, fmt.Errorf("%w: other tables inherit from it, and no key holds for all", ErrTable)
	}
	t.only = kind != "p"
	rows, err := t.pool.Query(ctx, `SELECT attname, format_type(atttypid, atttypmod), atttypid = 'bytea'::regtype
		FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, t.oid)
	if err != nil {
		return nil, err
	}
	all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (c column, err error) {
		return c, r.Scan(&c.name, &c.kind, &c.bytes)
	})
	if err != nil {
		return nil, err
	}
	return all, t.findKey(ctx, from.Key, all)
}

// findKey finds the column that rows are read by. By no other column is every row read
// once.
func (t *table) findKey(ctx context.Context, want string, all []column) error {
	var name string
	err := t.pool.QueryRow(ctx, `SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
		WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL
		AND i.indcollation[0] = a.attcollation AND a.attnotnull
		AND CASE WHEN $2 = '' THEN i.indisprimary ELSE a.attname = $2 END LIMIT 1`, t.oid, want).Scan(&name)
	switch at := slices.IndexFunc(all, func(c column) bool { return c.name == name }); {
	case errors.Is(err, pgx.ErrNoRows) && want == "":
		return fmt.Errorf("%w: it has no primary key of one column: name a column that is unique and not null", ErrTable)
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%w: its key must be a column that is not null and has a unique index of its own", ErrTable)
	case err == nil && at >= 0:
		t.key = all[at]
	}
	return err
}

// choose finds the columns of the roles. The rejects call a row by its key, unless
// there is a column for that.
func (t *table) choose(all []column, names map[reencrypt.Role]string) error {
	t.columns, t.roles = []column{t.key}, map[reencrypt.Role]string{}
	mapped := slices.Collect(maps.Values(names))
	for _, role := range reencrypt.Roles() {
		name, named := names[role]
		at := slices.IndexFunc(all, func(c column) bool {
			return named && c.name == name || !named && strings.EqualFold(c.name, string(role)) && !slices.Contains(mapped, c.name)
		})
		switch {
		case named && at < 0:
			return fmt.Errorf("%w: there is none of the name that --map gives for %s", reencrypt.ErrColumns, role)
		case at < 0:
			continue
		}
		t.roles[role] = all[at].name
		if !slices.Contains(t.columns, all[at]) {
			t.columns = append(t.columns, all[at])
		}
	}
	if _, there := t.roles[reencrypt.RoleID]; !there && !slices.Contains(slices.Collect(maps.Values(t.roles)), t.key.name) {
		t.roles[reencrypt.RoleID] = t.key.name
	}
	return nil
}

// name returns what the table is called.
func (t *table) name() string { return t.schema + "." + t.table }

// tableID is a table as a run knows it again.
type tableID struct {
	Name string `json:"name"`
	OID  uint32 `json:"oid"`
	Key  string `json:"key"`
}

func (t *table) id() *tableID { return &tableID{t.name(), t.oid, t.key.name} }

func (t *table) close() { t.pool.Close() }
