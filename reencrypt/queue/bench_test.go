package queue_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/pkcs11"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
	"github.com/pinion-hsm/pinion/softhsm"
)

// BenchmarkQueue has a file, or a table, done by a queue, with one worker in this process
// and a PostgreSQL that writes to disk: docs/scale.md reckons with what it prints. The device
// "idle" gives blocks back as they are, and shows what the queue costs.
func BenchmarkQueue(b *testing.B) {
	for _, c := range []struct {
		device string
		batch  int
		rows   int
		from   string
	}{
		{"idle", 64, 40_000, "file"}, {"idle", 256, 150_000, "file"}, {"idle", 1024, 400_000, "file"},
		{"idle", 4096, 800_000, "file"}, {"idle", 16384, 800_000, "file"}, {"idle", 4096, 800_000, "table"},
		{"soft", 4096, 800_000, "file"}, {"softhsm", 4096, 400_000, "file"},
	} {
		b.Run(fmt.Sprintf("%s/%s/%d", c.from, c.device, c.batch), func(b *testing.B) {
			dir := b.TempDir()
			in := distinct(b, dir, c.rows)
			h := benchDevice(b, c.device)
			for b.Loop() {
				url := database(b)
				s := &scene{dir: dir, url: url, o: queue.Options{URL: url, HSM: h, Job: toISO0(), In: in, Out: dir + "/out.csv", Rejects: dir + "/rejects.csv",
					Batch: c.batch, Wait: time.Minute, Force: true}}
				if c.from == "table" {
					s.fill(b)
				}
				conn, err := pgx.Connect(b.Context(), url)
				require.NoError(b, err)
				before := wal(b, conn)
				wait := s.work(b, h, queue.WorkOptions{Workers: 16})
				begun := time.Now()
				m, err := queue.Submit(b.Context(), s.o)
				require.NoError(b, err)
				took := time.Since(begun).Seconds()
				_, err = wait()
				require.NoError(b, err)
				require.EqualValues(b, c.rows, m.Rows)
				b.ReportMetric(float64(c.rows)/took, "blocks/s")
				b.ReportMetric(float64(c.rows)/float64(c.batch)/took, "chunks/s")
				b.ReportMetric(float64(wal(b, conn)-before)/float64(c.rows), "wal-B/block")
				b.ReportMetric(float64(m.Input.Bytes)/float64(c.rows), "row-B/block")
				require.NoError(b, conn.Close(b.Context()))
			}
		})
	}
}

// BenchmarkConvert is a worker without its queue: chunks through a device.
func BenchmarkConvert(b *testing.B) {
	for _, name := range []string{"idle", "soft", "softhsm"} {
		b.Run(name, func(b *testing.B) {
			const rows = 4096
			dir := b.TempDir()
			h := benchDevice(b, name)
			_, chunk := oneChunk(b, dir, rows)
			c, err := reencrypt.NewConverter(b.Context(), h, toISO0(), chunk.layout)
			require.NoError(b, err)
			begun := time.Now()
			n := 0
			for b.Loop() {
				_, err := c.Convert(b.Context(), chunk.Chunk)
				require.NoError(b, err)
				n++
			}
			b.ReportMetric(float64(n)*rows/time.Since(begun).Seconds(), "blocks/s")
		})
	}
}

// wal returns how much the server has written to its log.
func wal(b *testing.B, conn *pgx.Conn) (n int64) {
	b.Helper()
	require.NoError(b, conn.QueryRow(b.Context(), `SELECT (pg_current_wal_lsn() - '0/0')::bigint`).Scan(&n))
	return n
}

// benchDevice returns a device with zpk1 and zpk2.
func benchDevice(b *testing.B, name string) *hsm.HSM {
	b.Helper()
	if name != "softhsm" {
		return (&device{idle: name == "idle"}).open(b)
	}
	d, err := pkcs11.Open(b.Context(), softhsm.New(b).Config())
	require.NoError(b, err)
	for label, text := range map[string]string{"zpk1": key1, "zpk2": key2} {
		k := parse(b, text)
		_, err := d.ImportKey(b.Context(), hsm.KeySpec{Label: label, Algorithm: k.Algorithm(), Usage: k.Usage()}, k)
		require.NoError(b, err)
	}
	h := hsm.New(d, hsm.AllowInProcess())
	b.Cleanup(func() { _ = h.Close() })
	return h
}

// distinct writes a file of rows of which no two have a block in common: what repeats
// would be compressed by PostgreSQL.
func distinct(b *testing.B, dir string, rows int) string {
	b.Helper()
	k := parse(b, key1)
	var text bytes.Buffer
	text.WriteString("id,pan,block\n")
	for n := range rows {
		number := fmt.Sprintf("4111%012d", n*7919)
		pan, err := pinblock.ParsePAN(number)
		require.NoError(b, err)
		pin, err := pinblock.ParsePIN(fmt.Sprintf("%04d", n%10_000))
		require.NoError(b, err)
		block, err := pinblock.Seal(b.Context(), nil, k, pinblock.ISO0, pin, pan)
		require.NoError(b, err)
		fmt.Fprintf(&text, "card-%d,%s,%X\n", n, number, block)
	}
	path := dir + "/in.csv"
	require.NoError(b, os.WriteFile(path, text.Bytes(), 0o600))
	return path
}

type laidOut struct {
	*reencrypt.Chunk
	layout *reencrypt.Layout
}

// oneChunk returns a file's first chunk.
func oneChunk(b *testing.B, dir string, rows int) (string, laidOut) {
	b.Helper()
	in := distinct(b, dir, rows)
	f, err := os.Open(in)
	require.NoError(b, err)
	defer f.Close()
	l, err := reencrypt.NewLayout(reencrypt.CSV, ',', nil)
	require.NoError(b, err)
	_, next, err := reencrypt.Chunks(f, l, rows)
	require.NoError(b, err)
	c, err := next()
	require.NoError(b, err)
	require.Equal(b, rows, c.Rows())
	return in, laidOut{c, l}
}
