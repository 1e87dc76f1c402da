package queue_test

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// TestTable has a table with names that need quotes done, by a user who may do nothing
// but read it: what comes out is what one machine makes of a file with the same rows.
func TestTable(t *testing.T) {
	t.Parallel()
	s := newScene(t, 3000)
	s.fill(t)
	s.sql(t, `CREATE SCHEMA "o""d d"; ALTER TABLE "Cards" SET SCHEMA "o""d d"; ALTER TABLE "o""d d"."Cards" RENAME TO "c;--";
		ALTER TABLE "o""d d"."c;--" RENAME "Block" TO "b,""x"; ALTER TABLE "o""d d"."c;--" ALTER "b,""x" TYPE bytea USING decode("b,""x", 'hex');
		CREATE ROLE reader`+strconv.Itoa(int(databases.Load()))+`_table LOGIN PASSWORD 'reads'`)
	role := s.column(t, `SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'reader%\_table'`)[0]
	s.sql(t, `GRANT USAGE ON SCHEMA "o""d d" TO `+role+`; GRANT SELECT ON "o""d d"."c;--" TO `+role)
	before := s.column(t, `SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM "o""d d"."c;--" c`)
	s.o.Table = &queue.Table{URL: as(s.url, role, "reads"), Name: `o"d d.c;--`}
	s.o.Map = map[reencrypt.Role]string{reencrypt.RoleBlock: `b,"x`}

	wait := s.work(t, (&device{}).open(t), queue.WorkOptions{Workers: 4})
	m, err := queue.Submit(t.Context(), s.o)
	require.NoError(t, err)
	w, err := wait()
	require.NoError(t, err)
	require.Equal(t, queue.Worked{Chunks: 30, Rows: 3000}, w)
	require.EqualValues(t, 3000, m.Rows)
	require.Equal(t, `o"d d.c;--`, m.Input.Name)
	require.Equal(t, before, s.column(t, `SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM "o""d d"."c;--" c`), "the table is as it was")

	got, want := s.lines(t, "out.csv"), s.lines(t, "whole.csv")
	require.Equal(t, []string{"id", "pan", `b,"x`}, got[0])
	require.Len(t, got, len(want))
	for i := range want[1:] {
		n, err := strconv.Atoi(strings.TrimPrefix(want[i+1][0], "card-"))
		require.NoError(t, err)
		require.Equal(t, []string{strconv.Itoa(3*n + 5), want[i+1][1], want[i+1][2]}, got[i+1])
	}
	rejects := s.lines(t, "rejects.csv")
	require.Len(t, rejects, 1+3000/97)
	require.Equal(t, []string{"97", "293"}, rejects[1][:2], "the row by its place and its key")
}

// as returns the address of a database for another user.
func as(url, user, password string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	_, rest, _ = strings.Cut(rest, "@")
	return scheme + "://" + user + ":" + password + "@" + rest
}

// TestTableKeys reads tables by keys of all kinds, a few rows at a time: each row is
// there once, and in the order that PostgreSQL has them in.
func TestTableKeys(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1)
	for name, key := range map[string]string{
		"integer":   "n::integer",
		"numeric":   "(n / 7.0 - 3)::numeric",
		"uuid":      "md5(n::text)::uuid",
		"text":      "repeat(chr(60 + n % 40), 1 + n % 9) || n || ', \"'",
		"varchar":   "('é' || n)::varchar(9)",
		"timestamp": "timestamptz '2020-01-01 00:00+00' + n * interval '90 min 1 us'",
		"double":    "(1 / (n + 3.0))::double precision",
		"bytea":     "decode(md5(n::text), 'hex')",
		"parts":     "n::bigint",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := s.o
			o.In, o.Table = "", &queue.Table{URL: s.url, Name: "public.keys_" + name, Key: "k"}
			o.Out, o.Rejects = s.dir+"/"+name+".csv", s.dir+"/"+name+".rejects.csv"
			o.URL, o.Batch = database(t), 7
			kind := s.column(t, "SELECT pg_typeof("+key+")::text FROM generate_series(1, 1) n")[0]
			partition := ""
			if name == "parts" {
				partition = "PARTITION BY RANGE (k)"
			}
			s.sql(t, fmt.Sprintf(`CREATE TABLE keys_%s (k %s PRIMARY KEY, pan text, block text) %s`, name, kind, partition))
			if name == "parts" {
				s.sql(t, `CREATE TABLE parts_1 PARTITION OF keys_parts FOR VALUES FROM (0) TO (55); CREATE TABLE parts_2 PARTITION OF keys_parts DEFAULT`)
			}
			s.sql(t, fmt.Sprintf(`INSERT INTO keys_%s SELECT %s, '4111111111111111', '00112233445566' || lpad(n::text, 2, '0')
				FROM generate_series(1, 99) n ORDER BY md5(n::text)`, name, key))
			show := "k::text"
			if name == "bytea" {
				show = "encode(k, 'hex')"
			}
			want := s.column(t, fmt.Sprintf(`SELECT %s FROM keys_%s t ORDER BY t.k`, show, name))
			done := make(chan error, 1)
			go func() {
				_, err := queue.Work(t.Context(), queue.WorkOptions{URL: o.URL, HSM: (&device{idle: true}).open(t), Workers: 2, Wait: time.Minute})
				done <- err
			}()
			m, err := queue.Submit(t.Context(), o)
			require.NoError(t, err)
			require.NoError(t, <-done)
			require.EqualValues(t, 99, m.Rows)
			var got []string
			for _, row := range s.lines(t, name+".csv")[1:] {
				got = append(got, row[0])
			}
			require.Equal(t, want, got)
		})
	}
}

// TestTableThatChanges is stopped, changed in front of and behind the place where it
// was, and gone on with: what was submitted counts, and no key is there twice.
func TestTableThatChanges(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]int{"in the middle": 4000, "when all were read": 2000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, rows)
			s.fill(t)
			s.o.Ahead, s.o.Meter = 32, &queue.Meter{} // 3200 rows
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := queue.Submit(ctx, s.o)
				ended <- err
			}()
			require.Eventually(t, func() bool { return s.o.Meter.Read().Submitted == min(int64(rows), 3200) }, time.Minute, time.Millisecond)
			cancel()
			require.ErrorIs(t, <-ended, context.Canceled)
			filled := rows == 2000
			require.Equal(t, []string{strconv.FormatBool(filled)}, s.column(t, `SELECT filled::text FROM pinion_reencrypt.run`))
			s.sql(t, `DELETE FROM "Cards" WHERE id = 5; INSERT INTO "Cards" VALUES ('', 6, '4111111111000000', 'none'), ('', 90000, '4111111111000000', 'none')`)

			s.o.Resume = true
			wait := s.work(t, (&device{}).open(t), queue.WorkOptions{Workers: 4})
			m, err := queue.Submit(t.Context(), s.o)
			require.NoError(t, err)
			_, err = wait()
			require.NoError(t, err)
			require.Equal(t, 1, m.Resumed)
			want := map[string]int{}
			for n := range rows {
				want[strconv.Itoa(3*n+5)] = 1
			}
			if !filled { // else it was known that there are no more
				want["90000"] = 1
			}
			seen := map[string]int{}
			for _, row := range s.lines(t, "out.csv")[1:] {
				seen[row[0]]++
			}
			for _, row := range s.lines(t, "rejects.csv")[1:] {
				seen[row[1]]++
				key, err := strconv.Atoi(row[1])
				require.NoError(t, err)
				require.Equal(t, strconv.Itoa(min((key-5)/3, rows)+1), row[0], "rows are numbered over both goes")
			}
			require.Equal(t, want, seen)
			require.EqualValues(t, len(want), m.Rows)
			sum, size := s.hashed(t, filled)
			require.Equal(t, sum, m.Input.SHA256, "of the rows as they were read, over both goes")
			require.Equal(t, size, m.Input.Bytes)
		})
	}
}

// TestTableRefused is a table of tables that no order can be read in, and of names that
// are not there.
func TestTableRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1)
	s.sql(t, `CREATE TABLE no_key (id bigint, block text); CREATE TABLE two (a int, b int, block text, PRIMARY KEY (a, b));
		CREATE TABLE nulls (id bigint UNIQUE, block text); CREATE TABLE partial (id bigint NOT NULL, block text); CREATE UNIQUE INDEX ON partial (id) WHERE id > 5;
		CREATE TABLE plain (id bigint PRIMARY KEY, pan text, block text, other int NOT NULL); CREATE VIEW seen AS SELECT * FROM plain;
		CREATE TABLE parent (id bigint PRIMARY KEY, pan text, block text); CREATE TABLE child () INHERITS (parent);
		CREATE TABLE no_block (id bigint PRIMARY KEY, pan text);
		CREATE TABLE hidden (id bigint PRIMARY KEY, pan text, block text); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
		CREATE ROLE limited_refused LOGIN PASSWORD 'reads'; GRANT SELECT ON hidden TO limited_refused;
		INSERT INTO hidden VALUES (1, '4111111111111111', '0011223344556677')`)
	for name, c := range map[string]struct {
		table queue.Table
		roles map[reencrypt.Role]string
		want  error
		says  string
	}{
		"none":        {table: queue.Table{Name: "nothing"}, want: queue.ErrTable, says: "none of that name"},
		"schema":      {table: queue.Table{Name: "elsewhere.plain"}, want: queue.ErrTable, says: "none of that name"},
		"case":        {table: queue.Table{Name: "Plain"}, want: queue.ErrTable, says: "none of that name"},
		"injection":   {table: queue.Table{Name: `plain"; DROP TABLE plain; --`}, want: queue.ErrTable, says: "none of that name"},
		"no key":      {table: queue.Table{Name: "no_key"}, want: queue.ErrTable, says: "no primary key of one column"},
		"two":         {table: queue.Table{Name: "two"}, want: queue.ErrTable, says: "no primary key of one column"},
		"half a key":  {table: queue.Table{Name: "two", Key: "a"}, want: queue.ErrTable, says: "unique index of its own"},
		"nulls":       {table: queue.Table{Name: "nulls", Key: "id"}, want: queue.ErrTable, says: "unique index of its own"},
		"partial":     {table: queue.Table{Name: "partial", Key: "id"}, want: queue.ErrTable, says: "unique index of its own"},
		"not unique":  {table: queue.Table{Name: "plain", Key: "other"}, want: queue.ErrTable, says: "unique index of its own"},
		"a view":      {table: queue.Table{Name: "seen", Key: "id"}, want: queue.ErrTable, says: "a view"},
		"inheritance": {table: queue.Table{Name: "parent"}, want: queue.ErrTable, says: "inherit"},
		"no block":    {table: queue.Table{Name: "no_block"}, want: reencrypt.ErrColumns, says: "none for block"},
		"no such map": {table: queue.Table{Name: "plain"}, roles: map[reencrypt.Role]string{reencrypt.RoleBlock: "pin"}, want: reencrypt.ErrColumns, says: "gives for block"},
		"address":     {table: queue.Table{Name: "plain", URL: "mysql://x:swordfish@y/z"}, want: queue.ErrURL, says: "want postgres://"},
		"permission":  {table: queue.Table{Name: "plain", URL: as(s.url, "limited_refused", "reads")}, want: queue.ErrDatabase, says: "permission"},
		"row level":   {table: queue.Table{Name: "hidden", URL: as(s.url, "limited_refused", "reads")}, want: queue.ErrDatabase, says: "permission"},
	} {
		o := s.o
		o.In, o.Table, o.Map = "", &c.table, c.roles
		if o.Table.URL == "" {
			o.Table.URL = s.url
		}
		_, err := queue.Submit(t.Context(), o)
		require.ErrorIs(t, err, c.want, name)
		require.Contains(t, err.Error(), c.says, name)
		require.NotContains(t, err.Error(), "swordfish")
		s.o.Force = true // a run that began is replaced
	}
	require.Equal(t, []string{"0"}, s.column(t, `SELECT count(*)::text FROM plain`))
}

// TestReadTable reads a table as a stream, for one machine: with a dry run and a sample.
func TestReadTable(t *testing.T) {
	t.Parallel()
	s := newScene(t, 9000)
	s.fill(t)
	names := map[reencrypt.Role]string{reencrypt.RoleID: "note"}
	r, err := queue.ReadTable(t.Context(), *s.o.Table, names, ';', time.Minute)
	require.NoError(t, err)
	defer r.Close()
	require.Equal(t, "public.Cards", r.Name())
	dry := reencrypt.Options{HSM: s.o.HSM, Job: toISO0(), In: "-", Stdin: r, InName: r.Name(), Kind: reencrypt.CSV, Delimiter: ';', Map: r.Roles(), Sample: 50}
	dry.Job.Mode = reencrypt.Check
	m, err := reencrypt.Run(t.Context(), dry)
	require.NoError(t, err)
	require.EqualValues(t, 9000, m.SampledFrom)
	require.EqualValues(t, 50, m.Rows)
	require.Equal(t, "public.Cards", m.Input.Name)
	require.Equal(t, map[reencrypt.Role]string{"id": "note", "pan": "pan", "block": "Block"}, m.Columns)
	n, err := r.Read(make([]byte, 9))
	require.Zero(t, n)
	require.ErrorIs(t, err, io.EOF)

	ctx, cancel := context.WithCancel(t.Context())
	again, err := queue.ReadTable(ctx, *s.o.Table, nil, 0, time.Minute)
	require.NoError(t, err)
	defer again.Close()
	cancel()
	_, err = reencrypt.Run(t.Context(), reencrypt.Options{HSM: s.o.HSM, Job: reencrypt.Job{From: toISO0().From, To: hsm.PINKey{}, Mode: reencrypt.Check},
		In: "-", Stdin: again, Kind: reencrypt.CSV, Map: again.Roles()})
	require.ErrorIs(t, err, reencrypt.ErrInput)
}
