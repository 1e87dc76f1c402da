package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pinion-hsm/pinion/internal/pgtest"
)

// pgbench is PostgreSQL's own measure: how often it updates a row a second with
// nothing else to do.
type pgbench struct {
	plan    *plan
	cluster *pgtest.Cluster
	dsn     string
	script  string
}

// rows makes a table of the service's own rows, numbered so that pgbench can draw
// one.
const rows = `CREATE TABLE bench (LIKE cards INCLUDING ALL);
SELECT format('ALTER TABLE bench SET (%s)', array_to_string(reloptions, ', '))
	FROM pg_class WHERE oid = 'cards'::regclass AND reloptions IS NOT NULL \gexec
INSERT INTO bench (token, product, pan, pan_hash, reference, block, tries_used, created, changed)
	SELECT (100000000 + row_number() OVER (ORDER BY token))::text, product, pan, pan_hash, reference, block, 0, created, changed
	FROM cards;
VACUUM ANALYZE bench, cards;
`

const script = `\set token random(100000001, %d)
UPDATE bench SET tries_used = 1 - tries_used WHERE token = :token::text;
`

// newPGBench makes the table in the service's own database.
func (p *plan) newPGBench(c *pgtest.Cluster, dsn string) (*pgbench, error) {
	b := &pgbench{plan: p, cluster: c, dsn: dsn, script: filepath.Join(p.dir, "update.sql")}
	if err := os.WriteFile(b.script, fmt.Appendf(nil, script, 100000000+p.cards), 0o600); err != nil {
		return nil, err
	}
	_, err := b.run("psql", rows, "-X", "-q", "-v", "ON_ERROR_STOP=1", dsn)
	return b, err
}

// run runs one of PostgreSQL's programs.
func (b *pgbench) run(program, input string, args ...string) ([]byte, error) {
	cmd := exec.Command(filepath.Join(b.cluster.BinDir(), program), args...)
	cmd.Dir = b.plan.dir
	cmd.Stdin = bytes.NewBufferString(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return out, nil
}

// turn runs pgbench for a round. It logs one transaction in twenty, for the time
// they take.
func (b *pgbench) turn() (r round, err error) {
	logs, err := os.MkdirTemp(b.plan.dir, "pgbench")
	if err != nil {
		return r, err
	}
	seconds := max(1, int(b.plan.measure.Round(time.Second).Seconds()))
	out, err := b.run("pgbench", "", "-n", "-M", "prepared", "-c", strconv.Itoa(b.plan.clients), "-j", strconv.Itoa(min(2, b.plan.clients)),
		"-T", strconv.Itoa(seconds), "-l", "--sampling-rate=0.05", "--log-prefix="+filepath.Join(logs, "log"), "-f", b.script, b.dsn)
	if err != nil {
		return r, err
	}
	took, err := readLogs(logs)
	if err != nil {
		return r, err
	}
	slices.Sort(took)
	r = round{p50: quantile(took, 0.50), p99: quantile(took, 0.99)}
	r.rate, err = readRate(out)
	return r, err
}

var (
	tps  = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)
	lost = regexp.MustCompile(`(?m)^number of failed transactions: [1-9]`)
)

// readRate returns the transactions a second that pgbench reports, from when all
// its connections were there.
func readRate(out []byte) (float64, error) {
	m := tps.FindSubmatch(out)
	if m == nil || lost.Match(out) {
		return 0, fmt.Errorf("pgbench: not every transaction was done: %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// readLogs returns how long the logged transactions took: the third number of a
// line, in microseconds.
func readLogs(dir string) (took []time.Duration, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "log.*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(text) {
			f := bytes.Fields(line)
			if len(f) < 3 {
				return nil, errors.New("pgbench: a line of its log is not as it should be")
			}
			us, err := strconv.ParseInt(string(f[2]), 10, 64)
			if err != nil {
				return nil, errors.New("pgbench: a time of its log is not as it should be")
			}
			took = append(took, time.Duration(us)*time.Microsecond)
		}
	}
	return took, nil
}
