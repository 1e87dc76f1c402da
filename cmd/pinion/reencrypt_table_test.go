//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// records reads a CSV of a portfolio without its header.
func (p *portfolio) records(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(p.path(name))
	require.NoError(t, err)
	list, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return list[1:]
}

// table puts the rows of a portfolio into the table public.cards, by number from 1.
func (p *portfolio) table(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `CREATE TABLE cards (no integer PRIMARY KEY, holder text, pan text, pin_block text)`)
	require.NoError(t, err)
	var rows [][]any
	for i, r := range p.records(t, "in.csv") {
		rows = append(rows, []any{i + 1, "somebody", r[1], r[2]})
	}
	rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	_, err = conn.CopyFrom(t.Context(), pgx.Identifier{"cards"}, []string{"no", "holder", "pan", "pin_block"}, pgx.CopyFromRows(rows))
	require.NoError(t, err)
}

// ofTable has a command read the table, and not the file.
func ofTable(cmd *exec.Cmd, flags ...string) *exec.Cmd {
	for i, arg := range cmd.Args {
		if arg == "--in" {
			cmd.Args = append(append(append([]string{}, cmd.Args[:i]...), cmd.Args[i+2:]...), append([]string{"--in-table", "public.cards", "--map", "block=pin_block"}, flags...)...)
			break
		}
	}
	return cmd
}

// sameAs holds an output of the table to that of the file: each row once, in its place.
func (p *portfolio) sameAs(t *testing.T, whole, rejected string) {
	t.Helper()
	got, want := p.records(t, "out.csv"), p.records(t, whole)
	require.Len(t, got, len(want))
	for i, w := range want {
		n, err := strconv.Atoi(strings.TrimPrefix(w[0], "card-"))
		require.NoError(t, err)
		require.Equal(t, []string{strconv.Itoa(n + 1), w[1], w[2]}, got[i])
	}
	rejects := p.records(t, "rejects.csv")
	for i, w := range p.records(t, rejected) {
		require.Equal(t, []string{w[0], w[0], w[2]}, rejects[i][:3], "by its number, which is its key")
	}
}

// TestTableKilled kills who reads the table and a worker, over and over.
func TestTableKilled(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 30_000)
	begun := time.Now()
	p.whole(t, "whole.csv", "rejected.csv", append([]string{"--batch", "250"}, toTDES...)...)
	busy := 3 * time.Since(begun)
	url := queueURL(t, sharedDatabase(t))
	p.table(t, url)
	for range crashRounds(t, 1) {
		worker, lost := startWorker(t, p, url), startWorker(t, p, url)
		kills := 0
		for over := false; !over; {
			cmd := ofTable(p.submit(t, url, "out.csv", "rejects.csv", append([]string{"--resume", "--ahead", "48"}, toTDES...)...))
			var said bytes.Buffer
			cmd.Stderr = &said
			require.NoError(t, cmd.Start())
			wait := rand.N(busy + time.Duration(kills)*busy/2)
			if kills == 0 { // the first time both are lost, for certain
				lost.killInMidChunk(t, url)
				wait = 0
			}
			// The instant is what is random here, and nothing waits for it.
			fuse := time.AfterFunc(wait, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
			_ = cmd.Wait()
			fuse.Stop()
			switch code := cmd.ProcessState.ExitCode(); code {
			case exitNo:
				over = true
			case -1:
				kills++
			default:
				t.Fatalf("exit code %d: %s", code, said.String())
			}
		}
		require.Positive(t, kills)
		p.sameAs(t, "whole.csv", "rejected.csv")
		require.Equal(t, exitOK, worker.exits(t))
		emptied(t, url)
		t.Logf("killed %d times", kills)
		require.NoError(t, os.Remove(p.path("out.csv")))
		require.NoError(t, os.Remove(p.path("rejects.csv")))
	}
}

// TestTableWays does the same table in all ways that there are.
func TestTableWays(t *testing.T) {
	t.Parallel()
	p := newPortfolio(t, keystoreURI, 3000)
	p.whole(t, "whole.csv", "rejected.csv", toTDES...)
	url := queueURL(t, sharedDatabase(t))
	p.table(t, url)
	ends := func(cmd *exec.Cmd, code int) string {
		t.Helper()
		said, _ := cmd.CombinedOutput()
		require.Equal(t, code, cmd.ProcessState.ExitCode(), "%s", said)
		return string(said)
	}
	// A dry run and a sample are done by one machine, and nothing is made in the database.
	said := ends(ofTable(p.submit(t, url, "out.csv", "dry.csv", append([]string{"--dry-run"}, toTDES...)...)), exitOK)
	require.Contains(t, said, "3000 rows: 3000 well-formed, 0 rejected")
	said = ends(ofTable(p.command(t.Context(), "out.csv", "sampled.csv", append([]string{"--check", "--sample", "500", "--in-url", url}, toTDES...)...)), exitNo)
	require.Contains(t, said, "a sample of 3000 rows")
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var made bool
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'pinion_reencrypt')`).Scan(&made))
	require.False(t, made)

	// A check by a worker writes no output.
	worker := startWorker(t, p, url)
	said = ends(ofTable(p.submit(t, url, "out.csv", "checked.csv", append([]string{"--check"}, toTDES...)...)), exitNo)
	require.Contains(t, said, "3000 rows: 2970 opened, 30 rejected")
	require.Len(t, p.records(t, "checked.csv"), 30)
	require.NoFileExists(t, p.path("out.csv"))
	require.Equal(t, exitOK, worker.exits(t))

	// One machine by itself, as a stream.
	said = ends(ofTable(p.command(t.Context(), "out.csv", "rejects.csv", append([]string{"--in-url", url}, toTDES...)...)), exitNo)
	require.Contains(t, said, "3000 rows: 2970 translated, 30 rejected")
	p.sameAs(t, "whole.csv", "rejected.csv")

	// And by a queue, with the manifest in a log.
	worker = startWorker(t, p, url)
	ends(ofTable(p.submit(t, url, "out.csv", "rejects.csv", append([]string{"--force", "--audit-log", p.path("audit.ndjson")}, toTDES...)...)), exitNo)
	p.sameAs(t, "whole.csv", "rejected.csv")
	require.Equal(t, exitOK, worker.exits(t))
	code, out, _ := command(t, "audit", "verify", p.path("audit.ndjson"))
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "1 entries")

	said = ends(ofTable(p.command(t.Context(), "o.csv", "r.csv", append([]string{"--in-url", url, "--in-key", "pan"}, toTDES...)...)), exitUsage)
	require.Contains(t, said, "the table: its key must be a column that is not null and has a unique index")
	require.Contains(t, said, "hint: --in-table is SCHEMA.TABLE")
	require.NoFileExists(t, p.path("o.csv"))
}
