package queue

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is what has become of a run.
type State string

// States of a run.
const (
	AtWork   State = "at work"  // its [Submit] was there just now
	Left     State = "left"     // its Submit is gone: it can go on with [Options.Resume]
	Stopped  State = "stopped"  // too many rows were rejected: workers leave it, and it can go on too
	Finished State = "finished" // and kept: see [Options.Keep]
)

// Run is a run of a database. It has no path, no row, and of keys their labels alone.
type Run struct {
	ID         string    `json:"id"`
	State      State     `json:"state"`
	Mode       string    `json:"mode"` // translate or check
	From       string    `json:"from"` // label of the key
	FromFormat string    `json:"from_format"`
	To         string    `json:"to,omitempty"` // none of a check that names none
	ToFormat   string    `json:"to_format,omitempty"`
	Out        string    `json:"out,omitempty"` // a file's name, without its folder
	Rejects    string    `json:"rejects,omitempty"`
	Rows       int64     `json:"rows"` // written to the outputs
	Rejected   int64     `json:"rejected"`
	Chunks     int64     `json:"chunks"`  // in the database, not done
	Results    int64     `json:"results"` // in the database, not fetched, or kept
	Begun      time.Time `json:"begun"`
	Seen       time.Time `json:"seen"` // when its Submit was there last
}

// A Submit says that it is there every beatEvery, and counts as gone after absence.
const (
	beatEvery = 5 * time.Second
	absence   = "30 seconds"
)

// List returns the runs of a database, oldest first. A database that does not answer is
// waited for, as long as wait says. Errors wrap [ErrURL] or [ErrDatabase].
func List(ctx context.Context, url string, wait time.Duration) (list []Run, err error) {
	d, err := openMade(ctx, url, wait)
	if err != nil || d == nil {
		return nil, err
	}
	defer d.close()
	err = d.transact(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, spec, progress, created, touched,
			CASE WHEN manifest IS NOT NULL THEN 'finished' WHEN stopped IS NOT NULL THEN 'stopped'
				WHEN touched > now() - $1::interval THEN 'at work' ELSE 'left' END,
			(SELECT count(*) FROM pinion_reencrypt.chunk c WHERE c.run = r.id), (SELECT count(*) FROM pinion_reencrypt.result e WHERE e.run = r.id)
			FROM pinion_reencrypt.run r ORDER BY created, id`, absence)
		if err == nil {
			list, err = pgx.CollectRows(rows, scanRun)
		}
		return err
	})
	return list, err
}

func scanRun(row pgx.CollectableRow) (r Run, err error) {
	var specText, progressText []byte
	if err := row.Scan(&r.ID, &specText, &progressText, &r.Begun, &r.Seen, &r.State, &r.Chunks, &r.Results); err != nil {
		return r, err
	}
	// A run of another version may have what is not known here: its name and its state
	// are told all the same.
	var s spec
	var p progress
	_, _ = json.Unmarshal(specText, &s), json.Unmarshal(progressText, &p)
	if r.Mode = s.Mode; r.Mode == "" {
		r.Mode = "translate"
	}
	r.From, r.FromFormat, r.To, r.ToFormat = s.From.Label, s.From.Format, s.To.Label, s.To.Format
	r.Out, r.Rejects = s.Out, s.RejectsName
	r.Rows, r.Rejected = p.Rows, p.Rows-p.Translated
	return r, nil
}

// openMade opens a database that has the tables, and returns nil if it has none: who
// only looks makes nothing.
func openMade(ctx context.Context, url string, wait time.Duration) (*database, error) {
	conf, err := config(url, 2)
	if err != nil {
		return nil, err
	}
	d, err := connect(ctx, conf, wait)
	if err != nil {
		return nil, err
	}
	var there bool
	err = patiently(ctx, wait, func() error {
		err := d.pool.QueryRow(ctx, `SELECT to_regclass('pinion_reencrypt.run') IS NOT NULL`).Scan(&there)
		if err == nil && there {
			err = d.migrate(ctx)
		}
		return failed(err)
	})
	if err != nil || !there {
		d.close()
		return nil, err
	}
	return d, nil
}
