package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/reencrypt"
	"github.com/pinion-hsm/pinion/reencrypt/queue"
)

// queueFlags are what the flags of reencrypt for many machines say.
type queueFlags struct {
	url, run   string
	work, stay bool
	keep       bool
	ahead      int
	rescue     time.Duration
	runs       runsFlags
}

const queueHelp = `

MANY MACHINES: with --queue URL, the address of a PostgreSQL database, the rows are
translated by workers on any number of machines, each with a device that has the same
keys. The command that has --in and --out puts chunks of --batch rows into the database
as jobs of River, and writes what comes back, in its order: the same output, byte for
byte, as of one machine. Its device is asked for keys and policy, and given no block of a row. A
worker is 'pinion reencrypt --queue URL --work --device URI'. It takes chunks until the
runs that there are are done, or with --stay until it is stopped; where there is no run
it waits for one. A run that was stopped by too many rejects, or forgotten, is over for it;
one whose command was lost is not, until it is resumed or forgotten. It needs --policy
and --allow-in-process as if it had the file. A worker whose device has other keys (by
KCV) or that has another policy says so and leaves the run to others.

A chunk is done when its outcome is in the database, in one transaction with the end of
its job. Whoever is lost before loses nothing, and nothing is done twice: its chunks go
to others after --rescue, which must be more than a chunk takes. A device that does not
answer has its chunks tried again, by whoever is free. A database that does not answer
is waited for, as long as --wait says. The command with --in that was stopped goes on
with --resume; workers do meanwhile what is in the database.

--check has the workers open the blocks. --dry-run is done by the command with --in
alone, with no worker and no queue. --max-rejects stops the command with --in, and has
the workers leave the chunks that they have not in hand; --resume goes on with them.
--sample has the file or table read to its end before workers are given the first row.

The database holds account numbers, and blocks under the keys that come in and that go
out, for --ahead chunks at most; what was fetched is deleted, unless --keep. Give its
password in PGPASSWORD or ~/.pgpass: everybody on the machine sees a command line. Put
sslmode=verify-full into the URL, and sslrootcert=FILE if the server's certificate is not
of a public authority: where the URL does not say, TLS is tried, and done without if the
server has none. A line says so if that is over a network. There is no standard input or
output with --queue.`

// withQueue gives reencrypt the flags for many machines.
func withQueue(c *cobra.Command, e *env, r *reencryptFlags) {
	q := &queueFlags{}
	f := c.Flags()
	f.StringVar(&q.url, "queue", "", "`URL` of a PostgreSQL database by which many machines share the work")
	f.BoolVar(&q.work, "work", false, "with --queue: be a worker")
	f.BoolVar(&q.stay, "stay", false, "with --work: wait for further runs")
	f.StringVar(&q.run, "run", "", "with --work: work for the run of this `name` alone")
	f.DurationVar(&q.rescue, "rescue", time.Minute, "with --queue: after which the chunk of a worker that was lost is another's")
	f.IntVar(&q.ahead, "ahead", 1024, "with --queue: chunks in the database at most")
	f.BoolVar(&q.keep, "keep", false, "with --queue: leave the chunks in the database when they were fetched")
	c.Long += queueHelp
	q.runs.add(c)
	c.Example += `
  pinion reencrypt --queue 'postgres://db.example/pinion?sslmode=verify-full' --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-0 --in old.csv --out new.csv --rejects rejects.csv
  pinion reencrypt --queue 'postgres://db.example/pinion?sslmode=verify-full' --from-key zpk1 --from-format iso-0 --to-key zpk2 --to-format iso-4 --in-table public.cards --map block=pin_block --out new.csv --rejects rejects.csv
  pinion reencrypt --queue 'postgres://db.example/pinion?sslmode=verify-full' --work --device softhsm:/var/lib/pinion/token`
	alone := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := r.ranges(c, q); err != nil {
			return err
		}
		warnOfPassword(e, "--queue", q.url)
		warnOfPassword(e, "--in-url", r.table.url)
		if q.url == "" {
			for _, name := range []string{"work", "stay", "run", "rescue", "ahead", "keep", "runs", "forget", "forget-idle"} {
				if c.Flags().Changed(name) {
					return usage("--%s is for --queue, which is missing", name)
				}
			}
			return alone(c, args)
		}
		if asked, err := q.runs.asked(c); asked {
			if err == nil {
				err = q.runs.do(c, e, r, q.url)
			}
			return err
		}
		if err := q.check(c); err != nil {
			return err
		}
		switch {
		case q.work:
			return q.worker(c, e, r)
		case r.dryRun: // no block is given to a device, so there is nothing to share
			if r.table.name != "" && r.table.url == "" {
				r.table.url = q.url
			}
			return alone(c, args)
		}
		return q.submit(c, e, r)
	}
}

// warnOfPassword says that a password in the address of a database is no secret.
func warnOfPassword(e *env, flag, address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	_, given := u.User.Password()
	if given || u.Query().Has("password") {
		_, _ = io.WriteString(e.stderr, "reencrypt: everybody on this machine can see the password in "+flag+": PGPASSWORD or ~/.pgpass keep it\n")
	}
}

// check refuses flags that a queue has no use for.
func (q *queueFlags) check(c *cobra.Command) error {
	for _, name := range []string{"checkpoint", "call-timeout"} {
		if c.Flags().Changed(name) {
			return usage("--%s and --queue exclude each other", name)
		}
	}
	return nil
}

// notOfWorkers are the flags of the command that has the rows.
var notOfWorkers = []string{"in", "in-table", "in-key", "in-url", "out", "rejects", "from-key", "from-format", "to-key", "to-format", "pin-key-algorithm", "to-chip-card",
	"map", "records", "out-records", "delimiter", "compress", "check", "dry-run", "max-rejects", "sample", "audit-log", "resume", "force", "keep", "ahead", "batch"}

// worker runs a worker.
func (q *queueFlags) worker(c *cobra.Command, e *env, r *reencryptFlags) error {
	for _, name := range notOfWorkers {
		if c.Flags().Changed(name) {
			return usage("--%s and --work exclude each other", name).withHint("a worker learns what is to be done from the queue")
		}
	}
	h, err := r.device.open(c.Context(), e)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	w, err := queue.Work(c.Context(), queue.WorkOptions{URL: q.url, HSM: h, Run: q.run, Workers: r.workers, Stay: q.stay,
		Rescue: q.rescue, Wait: r.wait, Note: e.tellReencrypt})
	if err != nil {
		return startedAgain(queueProblem(err), "the worker can be started again when the database answers")
	}
	if err := r.write(e, fmt.Sprintf("%d rows in %d chunks", w.Rows, w.Chunks), w); err != nil {
		return err
	}
	if c.Context().Err() != nil {
		return &problem{code: exitInterrupted}
	}
	return nil
}

// submit runs the command that has the file.
func (q *queueFlags) submit(c *cobra.Command, e *env, r *reencryptFlags) error {
	if q.stay || q.run != "" {
		return usage("--stay and --run are for --work, which is missing")
	}
	one, err := r.options(e)
	if err != nil {
		return err
	}
	ignoreFileSize()
	h, err := r.device.open(c.Context(), e)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	o := queue.Options{URL: q.url, HSM: h, Job: one.Job, In: one.In, Out: one.Out, Rejects: one.Rejects, Kind: one.Kind, OutKind: one.OutKind,
		Delimiter: one.Delimiter, Map: one.Map, Compress: one.Compress, MaxRejects: one.MaxRejects, Sample: one.Sample, Batch: one.Batch, Ahead: q.ahead,
		Rescue: q.rescue, Wait: r.wait, Resume: one.Resume, Force: one.Force, Keep: q.keep, AuditLog: one.AuditLog, Program: one.Program, Meter: &queue.Meter{},
		Began: func(run string) { e.tellReencrypt("run " + run) }, Note: e.tellReencrypt}
	if t := r.table; t.name != "" {
		o.Table = &queue.Table{URL: t.url, Name: t.name, Key: t.key}
		if t.url == "" {
			o.Table.URL = q.url
		}
	}
	end := queueProgress(e, o.Meter, r.tick)
	m, err := queue.Submit(c.Context(), o)
	end()
	if err != nil {
		return queueProblem(err)
	}
	return r.answer(e, m)
}

// queueProgress tells on standard error how far a run on many machines is.
func queueProgress(e *env, m *queue.Meter, tick time.Duration) (end func()) {
	began := time.Now()
	return tell(e, tick, func(now time.Time) string {
		r := m.Read()
		return fmt.Sprintf("%d rows in the queue so far, %d done, %.0f rows/s, %d rejected", r.Submitted, r.Rows, float64(r.Rows)/now.Sub(began).Seconds(), r.Rejected)
	})
}

// tellReencrypt writes a line of what goes on.
func (e *env) tellReencrypt(text string) { _, _ = io.WriteString(e.stderr, "reencrypt: "+text+"\n") }

// startedAgain says instead of --resume, which is for the command with --in, what to do
// about a database that does not answer.
func startedAgain(err error, hint string) error {
	if p := (*problem)(nil); errors.As(err, &p) && p.hint == resumeHint {
		p.hint = hint
	}
	return err
}

// runsProblem says what to do about an error of --runs and of --forget.
func runsProblem(err error) error {
	if errors.Is(err, reencrypt.ErrBusy) {
		p := about("", err)
		p.what, p.code = "the run is at work", exitUsage
		return p.withHint("end its command with --in first; one that was killed counts as at work for 30 seconds")
	}
	return startedAgain(queueProblem(err), "try again when the database answers")
}

// queueProblem says what to do about an error.
func queueProblem(err error) error {
	p := reencryptProblem(err)
	if stopped := (*problem)(nil); errors.Is(err, reencrypt.ErrRejects) && errors.As(p, &stopped) {
		stopped.hint += "; --forget with the run's name removes its rows from the database"
	}
	for _, h := range queueHints {
		if !errors.Is(err, h.err) {
			continue
		}
		out := about("", p)
		out.what, out.code = plain(p), h.code
		out.hint = h.hint
		return out
	}
	return p
}

const resumeHint = "the same command with --resume goes on when the database answers"

var queueHints = []struct {
	err  error
	code int
	hint string
}{
	{queue.ErrKeys, exitRefused, "a worker needs the keys and the --policy that the run was begun with"},
	{queue.ErrTable, exitUsage, "--in-table is SCHEMA.TABLE, in the case that it has there; --in-key names a column that is unique and not null"},
	{queue.ErrURL, exitUsage, "like postgres://user@host/database; the password goes into PGPASSWORD or ~/.pgpass"},
	{queue.ErrTaken, exitUsage, "it was resumed or begun anew elsewhere"},
	{queue.ErrNoRun, exitUsage, "--runs lists those that there are"},
	{queue.ErrDenied, exitRefused, "the user is in the address; PGPASSWORD or ~/.pgpass has the password"},
	{queue.ErrPermission, exitRefused, "the user of --queue makes the schema pinion_reencrypt and its tables; that of --in-url reads all of the table, with no policy that hides rows"},
	{queue.ErrNotThere, exitUsage, "the address names the database behind the host: postgres://user@host/database"},
	{queue.ErrTLS, exitRefused, "sslmode and sslrootcert in the address say what is asked of the server's certificate"},
	{queue.ErrDatabase, exitDevice, resumeHint},
	{reencrypt.ErrBegun, exitUsage, "--resume goes on with it, --force begins anew"},
}
