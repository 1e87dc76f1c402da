package sqlstore_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pinion-hsm/pinion/internal/pgtest"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

// raw opens a database beside the store.
func raw(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	driver := "pgx"
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file)+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func exec1(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), text)
	require.NoError(t, err)
}

func onPostgres(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Parallel()
	f(t, fresh["postgres"](t))
}

func TestAppendOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s, db := open(t, dsn), raw(t, dsn)
		add(t, s, card(1), card(2))
		statements := []string{"UPDATE audit SET outcome = 'ok'", "DELETE FROM audit WHERE seq = 2"}
		if s.Kind() == "postgres" {
			statements = append(statements, "TRUNCATE audit")
		}
		for _, text := range statements {
			_, err := db.ExecContext(t.Context(), text)
			require.ErrorContains(t, err, "the audit log is append-only", text)
		}
		require.Equal(t, 2, verifyLog(t, s))
	})
}

func TestMigrations(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		handles(t, dsn, 4) // of which one is first
		s := open(t, dsn)
		add(t, s, card(1))
		open(t, dsn)
		require.Zero(t, counter(t, s, card(1).Token))

		exec1(t, raw(t, dsn), "INSERT INTO pinion_migrations (version_id, is_applied) VALUES (99, true)")
		_, err := sqlstore.Open(t.Context(), dsn)
		require.ErrorIs(t, err, sqlstore.ErrNewer)
		require.ErrorContains(t, err, "version 99")
	})
}

func TestDSN(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", "cards.db", "sqlite:", "sqlite::memory:", "mysql://secret@h/d", "postgres://u:secret@h:port/d", "postgres://u:secret@h/d?sslmode=x"} {
		_, err := sqlstore.Open(t.Context(), dsn)
		require.Equal(t, sqlstore.ErrDSN, err, dsn)
	}
	_, err := sqlstore.Open(t.Context(), "postgres://u:secret@127.0.0.1:1/d?sslmode=disable")
	require.ErrorIs(t, err, issuer.ErrStore)
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), "secret")

	_, err = sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "no", "cards.db"))
	require.ErrorIs(t, err, os.ErrNotExist)
	file := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, err = sqlstore.Open(t.Context(), "sqlite:"+file)
	require.ErrorIs(t, err, issuer.ErrStore)
	require.ErrorContains(t, err, "no database")

	file = filepath.Join(t.TempDir(), "cards.db")
	add(t, open(t, "sqlite:"+file), card(1))
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode(), name)
	}
}

func TestNotDurable(t *testing.T) {
	onPostgres(t, func(t *testing.T, dsn string) {
		_, err := sqlstore.Open(t.Context(), dsn+"&synchronous_commit=off")
		require.ErrorIs(t, err, sqlstore.ErrNotDurable)
		_, err = sqlstore.Open(t.Context(), strings.Replace(dsn, "?", "no?", 1))
		require.ErrorIs(t, err, issuer.ErrStore)
		require.ErrorContains(t, err, "no such database")
	})
}

// TestRepeated has the database ask for a transaction to be repeated, when the
// card is written and at the commit. A sequence counts, for it is not rolled back.
func TestRepeated(t *testing.T) {
	for name, trigger := range map[string]string{
		"write":  "CREATE TRIGGER fail BEFORE UPDATE ON cards FOR EACH ROW EXECUTE FUNCTION fail()",
		"commit": "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()",
	} {
		for _, state := range []string{"40001", "40P01"} {
			t.Run(name+" "+state, func(t *testing.T) {
				onPostgres(t, func(t *testing.T, dsn string) {
					s, db := open(t, dsn), raw(t, dsn)
					add(t, s, card(1))
					exec1(t, db, "CREATE SEQUENCE called")
					exec1(t, db, `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
						IF nextval('called') <= 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '`+state+`'; END IF; RETURN NEW; END $$`)
					exec1(t, db, trigger)
					require.NoError(t, count(t.Context(), s, card(1).Token))
					require.Equal(t, 1, counter(t, s, card(1).Token))
					require.Equal(t, 2, verifyLog(t, s))

					exec1(t, db, "ALTER SEQUENCE called INCREMENT BY -1 RESTART WITH 1 MINVALUE -100")
					calls := 0
					err := s.Transact(t.Context(), issuer.Claim{Cards: []string{card(1).Token}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
						calls++
						return issuer.Changes{Updated: []issuer.Card{h.Cards[card(1).Token]}, Audit: []audit.Event{event("1", "x")}}, nil
					})
					require.ErrorIs(t, err, issuer.ErrStore)
					require.ErrorContains(t, err, state)
					require.Equal(t, 10, calls)
					require.Equal(t, 2, verifyLog(t, s))
				})
			})
		}
	}
}

// TestCommitAwaited ends the context while the server commits: the transaction
// happens, and that is what is reported.
func TestCommitAwaited(t *testing.T) {
	onPostgres(t, func(t *testing.T, dsn string) {
		s, db := open(t, dsn), raw(t, dsn)
		add(t, s, card(1))
		exec1(t, db, "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$")
		exec1(t, db, "CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()")
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		require.NoError(t, count(ctx, s, card(1).Token))
		require.Error(t, ctx.Err())
		require.Equal(t, 1, counter(t, s, card(1).Token))
	})
}

// TestWaits ends the context of a transaction that waits for another's card.
func TestWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		stores := handles(t, dsn, 2)
		add(t, stores[0], card(1))
		claim := issuer.Claim{Cards: []string{card(1).Token}}
		require.NoError(t, stores[0].Transact(t.Context(), claim, func(context.Context, *issuer.Held) (issuer.Changes, error) {
			for _, s := range stores {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				require.ErrorIs(t, count(ctx, s, card(1).Token), context.DeadlineExceeded)
			}
			got, err := stores[1].Card(t.Context(), card(1).Token) // readers do not wait
			require.NoError(t, err)
			return issuer.Changes{Updated: []issuer.Card{got}}, nil
		}))
		for _, s := range stores {
			require.NoError(t, count(t.Context(), s, card(1).Token))
		}
		require.Equal(t, 2, counter(t, stores[0], card(1).Token))
	})
}

// TestTerminated ends sessions of a store: within a transaction, and between two.
func TestTerminated(t *testing.T) {
	onPostgres(t, func(t *testing.T, dsn string) {
		s, db := open(t, dsn), raw(t, dsn)
		add(t, s, card(1))
		terminate := func() {
			exec1(t, db, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = 'pinion'`)
		}
		calls := 0
		err := s.Transact(t.Context(), issuer.Claim{Cards: []string{card(1).Token}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
			calls++
			terminate()
			return issuer.Changes{Updated: []issuer.Card{h.Cards[card(1).Token]}}, nil
		})
		require.ErrorIs(t, err, issuer.ErrStore)
		require.Equal(t, 1, calls)
		require.NoError(t, count(t.Context(), s, card(1).Token))
		terminate()
		require.NoError(t, count(t.Context(), s, card(1).Token))
		terminate()
		require.Equal(t, 2, counter(t, s, card(1).Token))
		terminate()
		require.NoError(t, s.Ping(t.Context()))
		require.Equal(t, 3, verifyLog(t, s))
	})
}

// TestServerKilled counts what was reported before and after the server crashes
// under load: nothing that was reported is lost, and the store goes on by itself.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	c := pgtest.New(t)
	dsn, err := c.Database("pinion")
	require.NoError(t, err)
	s := open(t, dsn)
	const cards = 4
	for n := range cards {
		add(t, s, card(n))
	}
	var done, unknown atomic.Int64
	var down atomic.Bool
	var g errgroup.Group
	for w := range 2 * cards {
		g.Go(func() error {
			for !down.Load() {
				if err := count(t.Context(), s, card(w%cards).Token); err != nil {
					require.ErrorIs(t, err, issuer.ErrStore)
					unknown.Add(1)
					continue
				}
				done.Add(1)
			}
			return nil
		})
	}
	require.Eventually(t, func() bool { return done.Load() > 200 }, time.Minute, time.Millisecond)
	require.NoError(t, c.Kill())
	require.Eventually(t, func() bool { return unknown.Load() > 0 }, time.Minute, time.Millisecond)
	require.ErrorIs(t, s.Ping(t.Context()), issuer.ErrStore)
	down.Store(true)
	require.NoError(t, g.Wait())
	require.NoError(t, c.Start())

	require.NoError(t, count(t.Context(), s, card(0).Token))
	done.Add(1)
	total := 0
	for n := range cards {
		total += counter(t, s, card(n).Token)
	}
	require.GreaterOrEqual(t, total, int(done.Load()))
	require.LessOrEqual(t, total, int(done.Load()+unknown.Load()))
	require.Equal(t, total+cards, verifyLog(t, s))
}

// load moves a counter until it is killed, and says each time that it did.
func load(dsn string) {
	s, err := sqlstore.Open(context.Background(), dsn)
	for err == nil {
		if err = count(context.Background(), s, card(1).Token); err == nil {
			_, err = fmt.Println("moved")
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestProcessKilled has two processes work on one card, and kills one of them.
func TestProcessKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		add(t, s, card(1))
		total := 0
		for range 3 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "SQLSTORE_LOAD="+dsn)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			lines := bufio.NewScanner(out)
			for range 50 {
				require.True(t, lines.Scan())
				total++
				require.NoError(t, count(t.Context(), s, card(1).Token))
				total++
			}
			require.NoError(t, cmd.Process.Kill())
			for lines.Scan() {
				total++
			}
			require.Error(t, cmd.Wait())
			// The last one may have been committed and not told.
			require.NoError(t, count(t.Context(), s, card(1).Token))
			total++
			got := counter(t, s, card(1).Token)
			require.Contains(t, []int{total, total + 1}, got)
			total = got
		}
		require.Equal(t, total+1, verifyLog(t, s))
	})
}
