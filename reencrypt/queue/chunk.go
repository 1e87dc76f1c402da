package queue

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

type pgxTx = pgx.Tx

// retries is when a job that failed is tried again: soon, since the output waits.
// River hands a job that is due within five seconds out by itself, without a leader.
type retries struct{}

// NextRetry implements [river.ClientRetryPolicy].
func (retries) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(min(time.Duration(job.Attempt)*500*time.Millisecond, 4*time.Second))
}

// deviceLost is after what time a chunk is tried again that the device did not answer
// for; and a chunk that was taken by who cannot do it.
const deviceLost = 2 * time.Second

// Work implements [river.Worker].
func (w *worker) Work(ctx context.Context, job *river.Job[chunkArgs]) error {
	a := w.assignment(job.Args.Run)
	if a == nil || a.conv == nil {
		return river.JobSnooze(deviceLost)
	}
	c, err := w.fetch(ctx, a, job.Args)
	if errors.Is(err, pgx.ErrNoRows) {
		if w.knows(ctx, job.Args.Run) { // or the chunk is gone with its run
			w.o.Note(fmt.Sprintf("run %s: chunk %d was done by another", job.Args.Run, job.Args.N))
		}
		return nil
	}
	if err != nil {
		return failed(err)
	}
	err = a.spec.held(ctx, w.o.HSM)
	var o *reencrypt.Outcome
	if err == nil {
		o, err = a.conv.Convert(ctx, c)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return river.JobSnooze(0)
	case unavailable(err):
		w.complain(fmt.Sprintf("run %s: the device does not answer for chunk %d, which is tried again", job.Args.Run, job.Args.N))
		return river.JobSnooze(deviceLost)
	case refuses(err):
		w.refuse(job.Args.Run, a, err)
		return river.JobSnooze(deviceLost)
	case err != nil:
		w.complain(fmt.Sprintf("run %s: the device failed for chunk %d, which is tried again", job.Args.Run, job.Args.N))
		return errors.New("the device failed")
	}
	return failed(w.handIn(ctx, job, o))
}

// unavailable reports whether a device does not answer.
func unavailable(err error) bool {
	return errors.Is(err, hsm.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)
}

// refuses reports whether an error is one that will stay.
func refuses(err error) bool {
	for _, e := range []error{ErrKeys, hsm.ErrPolicy, hsm.ErrExposure, hsm.ErrKeyUsage, hsm.ErrKeyNotFound, hsm.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// refuse leaves a run to others from now on.
func (w *worker) refuse(run string, a *assignment, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.refused != nil {
		return
	}
	a.refused = why
	w.o.Note("run " + run + " is left to others: " + why.Error())
	// It waits for the jobs under way, of which this is one.
	go func() { _ = w.client.Queues().Remove(context.Background(), queueOf(run)) }()
}

// fetch reads the rows of a chunk.
func (w *worker) fetch(ctx context.Context, a *assignment, args chunkArgs) (*reencrypt.Chunk, error) {
	var first int64
	var data, places []byte
	err := w.db.pool.QueryRow(ctx, `SELECT first, data, places FROM pinion_reencrypt.chunk WHERE run = $1 AND n = $2`, args.Run, args.N).
		Scan(&first, &data, &places)
	if err != nil {
		return nil, err
	}
	if places != nil {
		return reencrypt.NewScattered(a.spec.Layout, places, data)
	}
	return reencrypt.NewChunk(a.spec.Layout, first, data), nil
}

// knows reports whether a run is in the database.
func (w *worker) knows(ctx context.Context, run string) (there bool) {
	err := w.db.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pinion_reencrypt.run WHERE id = $1)`, run).Scan(&there)
	return err == nil && there
}

// handIn writes what came of a chunk, deletes the chunk, and completes the job, all or
// nothing.
func (w *worker) handIn(ctx context.Context, job *river.Job[chunkArgs], o *reencrypt.Outcome) error {
	reasons, err := json.Marshal(o.Reasons)
	if err != nil {
		return err
	}
	done := false
	err = pgx.BeginFunc(ctx, w.db.pool, func(tx pgx.Tx) error {
		// The run is locked before the chunk, as by who forgets it: neither waits for the
		// other for ever.
		tag, err := tx.Exec(ctx, `WITH r AS MATERIALIZED (SELECT id FROM pinion_reencrypt.run WHERE id = $1 FOR KEY SHARE)
			DELETE FROM pinion_reencrypt.chunk c USING r WHERE c.run = r.id AND c.n = $2`, job.Args.Run, job.Args.N)
		if err != nil {
			return err
		}
		if done = tag.RowsAffected() == 1; done { // else somebody was faster
			_, err = tx.Exec(ctx, `INSERT INTO pinion_reencrypt.result (run, n, out, rejects, sum, rows_read, translated, reasons, device)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, job.Args.Run, job.Args.N, full(o.Out), full(o.Rejects), sum(o.Out, o.Rejects),
				o.Rows, o.Translated, reasons, w.o.HSM.Device())
			if err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		if errors.Is(err, rivertype.ErrNotFound) { // deleted with its run
			err = nil
		}
		return err
	})
	if err == nil && done {
		w.chunks.Add(1)
		w.rows.Add(o.Rows)
	}
	return err
}

// full returns b as bytes that are there: nil would be NULL.
func full(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// sum is what a result is held to when it is fetched.
func sum(out, rejects []byte) []byte {
	h := sha256.New()
	a := sha256.Sum256(out)
	_, _ = h.Write(a[:])
	_, _ = h.Write(rejects)
	return h.Sum(nil)
}
