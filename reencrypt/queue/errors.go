package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pinion-hsm/pinion/internal/sqlstate"
)

// Errors of [Submit] and [Work] beside those of the device, of the file system and of
// package reencrypt.
var (
	ErrURL      = errors.New("reencrypt/queue: not the address of a PostgreSQL database: want postgres://host/database")
	ErrDatabase = errors.New("reencrypt/queue: the database")
	ErrKeys     = errors.New("reencrypt/queue: the device has other keys or another policy than the run")
	ErrTaken    = errors.New("reencrypt/queue: another process has gone on with the run")
)

// Errors that wrap [ErrDatabase], and that waiting does not mend.
var (
	ErrDenied     = fmt.Errorf("%w refuses this user", ErrDatabase)
	ErrPermission = fmt.Errorf("%w: this user has not the permission", ErrDatabase)
	ErrNotThere   = fmt.Errorf("%w is not on this server", ErrDatabase)
	ErrTLS        = fmt.Errorf("%w: the connection is not protected", ErrDatabase)
)

// lost says that the database does not answer, or refused for the moment.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

// failed returns an error of the database, of which it tells the code: texts may
// quote values and addresses.
func failed(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && passing(e.Code):
		return lost{inWords(ErrDatabase, e.Code)}
	case ok && (e.Code == "28P01" || e.Code == "28000"):
		return inWords(ErrDenied, e.Code)
	case ok && e.Code == "42501":
		return fmt.Errorf("%w (SQLSTATE %s)", ErrPermission, e.Code)
	case ok && e.Code == "3D000":
		return fmt.Errorf("%w (SQLSTATE %s)", ErrNotThere, e.Code)
	case ok:
		return inWords(ErrDatabase, e.Code)
	case errors.Is(err, pgx.ErrNoRows), errors.Is(err, ErrDatabase), errors.Is(err, ErrTable), errors.Is(err, ErrTaken), errors.Is(err, context.Canceled):
		return err
	}
	if what := noTLS(err); what != "" {
		return fmt.Errorf("%w: %s", ErrTLS, what)
	}
	return lost{fmt.Errorf("%w does not answer", ErrDatabase)}
}

// inWords tells a code and, where that is known, what it means.
func inWords(err error, code string) error {
	if text := sqlstate.Text(code); text != "" {
		return fmt.Errorf("%w: %s (SQLSTATE %s)", err, text, code)
	}
	return fmt.Errorf("%w: SQLSTATE %s", err, code)
}

// passing reports whether a state goes by: a connection that broke, a server that
// starts or ends, too many connections, a conflict of transactions.
func passing(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") || code == "53300" || code == "40001" || code == "40P01"
}

// patientlyTold is patiently that tells when the database does not answer, and when it
// does again.
func patientlyTold(ctx context.Context, wait time.Duration, note func(string), f func() error) error {
	gone := false
	err := patiently(ctx, wait, func() error {
		err := f()
		if errors.As(err, new(lost)) && !gone && wait > 0 && ctx.Err() == nil {
			gone = true
			note(fmt.Sprintf("the database does not answer; it is waited for, up to %s", wait))
		}
		return err
	})
	if gone && err == nil {
		note("the database answers")
	}
	return err
}

// patiently calls f until the database answers, as long as wait says.
func patiently(ctx context.Context, wait time.Duration, f func() error) error {
	var since time.Time
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := f()
		if ctx.Err() != nil && err != nil {
			return ctx.Err()
		}
		if !errors.As(err, new(lost)) {
			return err
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) >= wait {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}
