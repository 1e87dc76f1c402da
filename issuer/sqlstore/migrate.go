package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/pinion-hsm/pinion/issuer"
)

//go:embed migrations
var migrations embed.FS

// versions is the table in which the migrations that were done are kept.
const versions = "pinion_migrations"

// ErrNewer says that the database was brought up to date by a later version of
// this package, which the present one cannot know how to write to.
var ErrNewer = errors.New("issuer/sqlstore: the database is of a newer version of pinion")

// migrate brings the tables up to date.
func migrate(ctx context.Context, db *sql.DB, e engine, dialect goose.Dialect, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+e.Kind())
	if err != nil {
		return fmt.Errorf("issuer/sqlstore: %w", err)
	}
	p, err := goose.NewProvider(dialect, db, files, append(options, goose.WithTableName(versions))...)
	if err != nil {
		return fmt.Errorf("issuer/sqlstore: the migrations that are built in: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err == nil && current > target {
		return fmt.Errorf("%w: its tables are of version %d, and this one knows %d", ErrNewer, current, target)
	}
	if err == nil && current < target {
		_, err = p.Up(ctx)
	}
	if err != nil {
		f := failed(ctx, e, err)
		if errors.Is(f, issuer.ErrStore) {
			return fmt.Errorf("issuer/sqlstore: the tables could not be brought up to date: %w", f)
		}
		return f
	}
	return nil
}
