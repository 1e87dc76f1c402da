package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// ErrNoRun says that a database has no run of a name.
var ErrNoRun = errors.New("reencrypt/queue: there is no such run")

// Forget removes runs from a database, with their chunks, jobs and results: what was not
// fetched is lost, and they cannot go on. A run whose [Submit] is at work is left as it
// is, with an error that wraps [reencrypt.ErrBusy]; other errors wrap [ErrNoRun], [ErrURL]
// or [ErrDatabase]. Workers that have a chunk of the run in hand drop it. No file is
// touched.
func Forget(ctx context.Context, url string, wait time.Duration, runs ...string) error {
	d, err := openMade(ctx, url, wait)
	if err != nil {
		return err
	}
	if d == nil && len(runs) > 0 {
		return fmt.Errorf("%w: %s", ErrNoRun, runs[0])
	}
	if d == nil {
		return nil
	}
	defer d.close()
	for _, run := range runs {
		if err := d.forgetIdle(ctx, run); err != nil {
			return err
		}
	}
	return nil
}

// ForgetIdle is [Forget] for all runs whose Submit was not there for a time. It returns
// which they were.
func ForgetIdle(ctx context.Context, url string, wait, idle time.Duration) (runs []string, err error) {
	if idle < time.Minute {
		return nil, problemf("a run is idle after a minute or more")
	}
	d, err := openMade(ctx, url, wait)
	if err != nil || d == nil {
		return nil, err
	}
	defer d.close()
	var old []string
	err = d.transact(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM pinion_reencrypt.run WHERE touched < now() - $1::interval ORDER BY created, id`, idle)
		if err == nil {
			old, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, run := range old {
		switch err := d.forgetIdle(ctx, run); {
		case errors.Is(err, reencrypt.ErrBusy), errors.Is(err, ErrNoRun): // it has just gone on, or was forgotten
		case err != nil:
			return runs, err
		default:
			runs = append(runs, run)
		}
	}
	return runs, nil
}

// forgetIdle forgets a run whose submitter is not at work.
func (d *database) forgetIdle(ctx context.Context, run string) error {
	var there, busy bool
	err := d.transact(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT manifest IS NULL AND stopped IS NULL AND touched > now() - $2::interval FROM pinion_reencrypt.run
			WHERE id = $1 FOR UPDATE`, run, absence).Scan(&busy)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // also if it was deleted here, and the word of it got lost
		}
		there = true
		if err != nil || busy {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM pinion_reencrypt.run WHERE id = $1`, run)
		return err
	})
	switch {
	case err != nil:
		return err
	case busy:
		return fmt.Errorf("%w: %s", reencrypt.ErrBusy, run)
	case !there:
		return fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	return d.forgetJobs(ctx, run)
}

// forget removes a run, whoever is at work on it.
func (d *database) forget(ctx context.Context, run string) error {
	err := d.transact(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM pinion_reencrypt.run WHERE id = $1`, run)
		return err
	})
	if err != nil {
		return err
	}
	return d.forgetJobs(ctx, run)
}

// forgetJobs deletes the jobs. Those that are running, or were when their worker was
// lost, find nothing to do; River deletes them when they are over.
func (d *database) forgetJobs(ctx context.Context, run string) error {
	client, err := river.NewClient(riverpgxv5.New(d.pool), &river.Config{Schema: Schema, Logger: silent()})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDatabase, err)
	}
	return patiently(ctx, d.wait, func() error { return failed(deleteJobs(ctx, client, queueOf(run))) })
}

func deleteJobs(ctx context.Context, client *river.Client[pgxTx], queue string) error {
	ended := river.NewJobDeleteManyParams().Queues(queue).First(10_000).
		States(rivertype.JobStateAvailable, rivertype.JobStateCancelled, rivertype.JobStateCompleted, rivertype.JobStateDiscarded,
			rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled)
	for {
		r, err := client.JobDeleteMany(ctx, ended)
		if err != nil {
			return err
		}
		if len(r.Jobs) == 0 {
			break
		}
	}
	running, err := client.JobList(ctx, river.NewJobListParams().Queues(queue).States(rivertype.JobStateRunning).First(10_000))
	if err != nil {
		return err
	}
	for _, job := range running.Jobs {
		if _, err := client.JobCancel(ctx, job.ID); err != nil && !errors.Is(err, rivertype.ErrNotFound) {
			return err
		}
	}
	return nil
}
