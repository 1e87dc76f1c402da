package sqlstore

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pinion-hsm/pinion/internal/sqlstate"
)

// explain implements engine.
func (p *postgres) explain(err error) *fault {
	var f *fault
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		f = pgFault(e)
	} else {
		f = transport(err)
	}
	if f.kind == broken {
		p.pool.Reset() // what broke one connection broke its neighbours
	}
	return f
}

// pgFault tells the code and the name of the constraint: message and detail hold
// values.
func pgFault(e *pgconn.PgError) *fault {
	f := &fault{what: "SQLSTATE " + e.Code}
	if e.ConstraintName != "" {
		f.what += ", constraint " + strconv.Quote(e.ConstraintName)
	}
	if s := sqlstate.Text(e.Code); s != "" {
		f.what += ": " + s
	}
	switch {
	case e.Code == "40001", e.Code == "40P01", e.Code == "23505":
		f.kind = again
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"), e.Code == "25P03", e.Severity == "FATAL":
		f.kind = broken
	}
	return f
}
