package queue

import (
	"context"
	"time"
)

// watch looks for runs that begin and runs that are done.
func (w *worker) watch(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		var open []found
		err := patientlyTold(ctx, w.o.Wait, w.o.Note, func() (err error) { open, err = w.find(ctx); return failed(err) })
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		over, err := w.see(ctx, open)
		switch {
		case ctx.Err() != nil:
			return nil
		case over:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// found is a run in the database.
type found struct {
	id      string
	spec    []byte
	stopped bool
	done    bool // stopped too
	alone   bool // its submitter is gone
}

func (w *worker) find(ctx context.Context) (open []found, err error) {
	rows, err := w.db.pool.Query(ctx, `SELECT id, spec, stopped IS NOT NULL, stopped IS NOT NULL OR filled AND NOT EXISTS (SELECT 1 FROM pinion_reencrypt.chunk c WHERE c.run = r.id), touched < now() - $3::interval
		FROM pinion_reencrypt.run r WHERE version = $1 AND ($2 = '' OR id = $2) ORDER BY created`, specVersion, w.o.Run, absence)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f found
		if err := rows.Scan(&f.id, &f.spec, &f.stopped, &f.done, &f.alone); err != nil {
			return nil, err
		}
		open = append(open, f)
	}
	return open, rows.Err()
}

// see takes up what is new, and tells whether nothing is left to be done.
func (w *worker) see(ctx context.Context, open []found) (over bool, err error) {
	left, stopped := map[string]bool{}, map[string]bool{}
	for _, f := range open {
		stopped[f.id] = f.stopped
		if f.done {
			continue
		}
		a := w.current(f.id)
		if a == nil {
			if a, err = w.take(ctx, f); err != nil {
				return true, err
			}
		}
		left[f.id] = a == nil || a.refused == nil
		w.tellAlone(f, a)
	}
	var refused error
	busy := false
	w.mu.Lock()
	for id, a := range w.runs {
		switch still, there := left[id]; {
		case a.refused != nil && there:
			refused = a.refused
		case still:
			busy = true
		case !a.done && a.refused == nil:
			a.done = true
			go w.drop(id, a)
			if stopped[id] {
				w.o.Note("run " + id + ": it was stopped, and what is left of it is not done")
			} else {
				w.o.Note("run " + id + ": nothing is left to be done")
			}
		}
	}
	seen := len(w.runs) > 0
	w.mu.Unlock()
	for _, waiting := range left {
		busy = busy || waiting
	}
	if w.o.Stay || busy || !seen {
		return false, nil
	}
	if w.chunks.Load() > 0 {
		refused = nil
	}
	return true, refused
}

// tellAlone notes once that a run's submitter is gone: the run waits for it, and so does
// who works on it.
func (w *worker) tellAlone(f found, a *assignment) {
	if a == nil || a.refused != nil || a.alone == f.alone {
		return
	}
	if a.alone = f.alone; a.alone {
		w.o.Note("run " + f.id + ": who has its rows is gone; it waits to be resumed or forgotten")
	}
}

// complain notes that the device does not answer, now and then.
func (w *worker) complain(text string) {
	w.mu.Lock()
	late := time.Since(w.complained) > 10*time.Second
	if late {
		w.complained = time.Now()
	}
	w.mu.Unlock()
	if late {
		w.o.Note(text)
	}
}
