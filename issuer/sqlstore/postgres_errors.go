package sqlstore

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
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
	if s, ok := pgStates[e.Code]; ok {
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

// pgStates are the codes that operators meet.
var pgStates = map[string]string{
	"25006": "it is read-only",
	"28P01": "the password was refused",
	"28000": "the role may not log in",
	"3D000": "no such database",
	"42501": "the role may not do this",
	"42P01": "a table is missing",
	"53100": "the disk is full",
	"53300": "too many connections",
	"57P01": "it is shutting down",
	"57P03": "it is starting or shutting down",
}
