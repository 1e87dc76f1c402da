package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

func init() { register("", newAudit) }

func newAudit(*env) *cobra.Command {
	return group(&cobra.Command{
		Use:   "audit",
		Short: "The audit log of pinion serve: export and verify",
		Long: `The service's audit log is a chain: each entry has a hash over itself and the entry
before it, so an entry that was changed, removed or put in later shows. That the end
was cut off shows only to who kept a later hash: export the log, or its head, to
where the service's operators cannot write.`,
		Example: `  pinion audit verify --store sqlite:/var/lib/pinion/issuer.db
  pinion audit export --store sqlite:/var/lib/pinion/issuer.db > audit.ndjson
  pinion audit verify audit.ndjson`,
	})
}

// storeFlags name the store of a service.
type storeFlags struct{ dsn, data string }

func (s *storeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&s.dsn, "store", "", "the service's store: sqlite:/path/of/file.db or postgres://user@host/database")
	c.Flags().StringVar(&s.data, "data", "", "`directory` of 'pinion serve --dev', in place of --store")
}

// open opens the store, which must be there.
func (s *storeFlags) open(ctx context.Context) (*sqlstore.Store, error) {
	dsn := s.dsn
	switch {
	case s.dsn != "" && s.data != "":
		return nil, usage("--store and --data exclude each other")
	case s.data != "":
		dsn = "sqlite:" + filepath.Join(s.data, "issuer.db")
	case s.dsn == "":
		return nil, usage("no store is named").withHint("give --store, or --data of 'pinion serve --dev'")
	}
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if err := isSQLite(file); err != nil {
			return nil, err
		}
	}
	store, err := sqlstore.Open(ctx, dsn)
	if err != nil {
		return nil, auditProblem(err)
	}
	return store, nil
}

// isSQLite looks whether a file is a database, which every one of SQLite's says at its
// beginning. Opening would make one where there is no file or an empty one, and with any
// other would be told as a store that does not answer.
func isSQLite(file string) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("there is no database at that path")
	}
	if err != nil {
		return usage("the database cannot be read").withHint("is the path right, and may you read it?")
	}
	defer f.Close()
	const mark = "SQLite format 3\x00"
	head := make([]byte, len(mark))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != mark {
		return usage("the file at that path is no SQLite database").withHint("an exported log is verified by its name alone: 'pinion audit verify FILE'")
	}
	return nil
}

// auditProblem gives the errors of a store their exit codes. There is no service that an
// interrupt could have been before.
func auditProblem(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return serveProblem(err)
}
