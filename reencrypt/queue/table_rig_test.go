package queue_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// sql runs statements on a scene's database.
func (s *scene) sql(t testing.TB, statements string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), statements, args...)
	require.NoError(t, err)
}

// column returns the values of a query of one column of text.
func (s *scene) column(t testing.TB, query string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), query)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// lines reads a CSV of a scene, with its header.
func (s *scene) lines(t testing.TB, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(t, err)
	list, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	return list
}

// fill makes the table "Cards" of the rows of in.csv, in no order, and has the options
// read it. Its keys have gaps: the row no. n (from 0) has the key 3n+5.
func (s *scene) fill(t testing.TB) {
	t.Helper()
	s.sql(t, `CREATE TABLE "Cards" (note text DEFAULT 'x', id bigint PRIMARY KEY, pan text, "Block" text)`)
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	list := s.lines(t, "in.csv")[1:]
	values := make([][]any, len(list))
	for n, row := range list {
		at := (n*7919 + 13) % len(list) // 7919 is prime: each once
		values[at] = []any{int64(3*n + 5), row[1], row[2]}
	}
	_, err = conn.CopyFrom(t.Context(), pgx.Identifier{"Cards"}, []string{"id", "pan", "Block"}, pgx.CopyFromRows(values))
	require.NoError(t, err)
	s.o.In, s.o.Table = "", &queue.Table{URL: s.url, Name: "Cards"}
}

// hashed returns the hash and the length of the table as it was read by
// [TestTableThatChanges].
func (s *scene) hashed(t testing.TB, filled bool) (sum string, size int64) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("id,pan,Block\n")
	for n, row := range s.lines(t, "in.csv")[1:] {
		fmt.Fprintf(&b, "%d,%s,%s\n", 3*n+5, row[1], row[2])
	}
	if !filled {
		b.WriteString("90000,4111111111000000,none\n")
	}
	h := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(h[:]), int64(b.Len())
}
