package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/internal/pgtest"
	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/issuer/sqlstore"
)

// cluster is shared by the tests that do not hurt it.
var cluster = sync.OnceValues(func() (*pgtest.Cluster, error) { return pgtest.Start(pgtest.WithoutSync()) })

func TestMain(m *testing.M) {
	if dsn := os.Getenv("SQLSTORE_LOAD"); dsn != "" {
		load(dsn)
	}
	os.Exit(m.Run()) // which is the end of the cluster too
}

var databases atomic.Int64

// fresh returns the DSN of a new database of each kind.
var fresh = map[string]func(t *testing.T) string{
	"sqlite": func(t *testing.T) string {
		t.Helper()
		return "sqlite:" + filepath.Join(t.TempDir(), "a ?#%41.db")
	},
	"postgres": func(t *testing.T) string {
		t.Helper()
		c, err := cluster()
		require.NoError(t, err)
		dsn, err := c.Database("t" + strconv.FormatInt(databases.Add(1), 10))
		require.NoError(t, err)
		return dsn
	},
}

// onBoth runs a test on a new database of each kind.
func onBoth(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Parallel()
	for kind, dsn := range fresh {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f(t, dsn(t))
		})
	}
}

func open(t *testing.T, dsn string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// noon is a time with microseconds, in another zone than the store's.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.FixedZone("", 3600))

func hash(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }

func card(n int) issuer.Card {
	token := fmt.Sprintf("%09d", n)
	return issuer.Card{
		Token: token, Product: "debit", PAN: []byte("sealed " + token), PANHash: hash("pan" + token),
		Reference: []byte("1234"), Block: []byte{0, 1, 2, 255}, TriesUsed: 0, Created: noon.UTC(), Changed: noon.UTC(),
	}
}

func event(token, outcome string) audit.Event {
	return audit.Event{Time: noon, Actor: "tester", Action: "pin.verify", Card: token, Outcome: outcome}
}

// always returns a function that returns these changes.
func always(ch issuer.Changes) func(context.Context, *issuer.Held) (issuer.Changes, error) {
	return func(context.Context, *issuer.Held) (issuer.Changes, error) { return ch, nil }
}

// add puts in cards.
func add(t *testing.T, s *sqlstore.Store, cards ...issuer.Card) {
	t.Helper()
	var c issuer.Claim
	ch := issuer.Changes{New: cards}
	for _, n := range cards {
		c.Cards = append(c.Cards, n.Token)
		ch.Audit = append(ch.Audit, event(n.Token, "registered"))
	}
	require.NoError(t, s.Transact(t.Context(), c, always(ch)))
}

// count moves the counter of a card by one.
func count(ctx context.Context, s *sqlstore.Store, token string) error {
	return s.Transact(ctx, issuer.Claim{Cards: []string{token}}, func(_ context.Context, h *issuer.Held) (issuer.Changes, error) {
		c, ok := h.Cards[token]
		if !ok {
			return issuer.Changes{}, issuer.ErrNoCard
		}
		c.TriesUsed++
		return issuer.Changes{Updated: []issuer.Card{c}, Audit: []audit.Event{event(token, strconv.Itoa(c.TriesUsed))}}, nil
	})
}

func counter(t *testing.T, s *sqlstore.Store, token string) int {
	t.Helper()
	c, err := s.Card(t.Context(), token)
	require.NoError(t, err)
	return c.TriesUsed
}

// verifyLog checks the whole log, and returns how many entries it has.
func verifyLog(t *testing.T, s *sqlstore.Store) int {
	t.Helper()
	head, err := audit.Verify(audit.Start(), s.Audit(t.Context(), 1))
	require.NoError(t, err)
	return int(head.Seq)
}
