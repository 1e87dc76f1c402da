package queue

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// WorkOptions say what [Work] does. URL and HSM are needed.
type WorkOptions struct {
	URL     string
	HSM     *hsm.HSM
	Run     string        // the run to work for; "" is every one
	Workers int           // chunks at the same time; zero is 16, as many as a device has sessions
	Stay    bool          // wait for further runs
	Rescue  time.Duration // after which a chunk is another's; zero is a minute
	Wait    time.Duration // how long a database that does not answer is waited for
	Note    func(string)  // is told what happens; may be nil
	Logger  *slog.Logger  // for River; nil is none
}

// Worked is what a worker did.
type Worked struct {
	Chunks int64 `json:"chunks"`
	Rows   int64 `json:"rows"`
}

const (
	usualWorkers = 16
	usualRescue  = time.Minute
	tick         = 250 * time.Millisecond
	grace        = 30 * time.Second
	idleQueue    = "reencrypt_idle" // River wants a worker to have a queue
)

// worker takes chunks.
type worker struct {
	river.WorkerDefaults[chunkArgs]
	o      WorkOptions
	db     *database
	client *river.Client[pgxTx]
	chunks atomic.Int64
	rows   atomic.Int64

	mu         sync.Mutex
	runs       map[string]*assignment
	complained time.Time
}

// assignment is a run as a worker knows it.
type assignment struct {
	spec    spec
	conv    *reencrypt.Converter
	refused error // why it is left to others
	done    bool  // or stopped, or forgotten: its chunks are not taken any more
	alone   bool  // it was told that its submitter is gone
	over    bool  // and none of them is in hand: it may be taken up anew
}

// Work translates chunks until the runs that there are are done. Where none is, it
// waits for one. Runs of other keys are left to others: the error is [ErrKeys] if there
// was nothing else to do. When ctx ends, the chunks under way are done first; that is
// no error.
func Work(ctx context.Context, o WorkOptions) (Worked, error) {
	if o.Workers == 0 {
		o.Workers = usualWorkers
	}
	if o.Rescue == 0 {
		o.Rescue = usualRescue
	}
	if o.Note == nil {
		o.Note = func(string) {}
	}
	if o.Logger == nil {
		o.Logger = silent()
	}
	if o.HSM == nil || o.Workers < 1 || o.Workers > MaxWorkers || o.Rescue < time.Second || o.Wait < 0 {
		return Worked{}, fmt.Errorf("%w: a device is needed, 1 to %d workers, and at least a second to rescue", reencrypt.ErrOptions, MaxWorkers)
	}
	db, err := open(ctx, o.URL, o.Workers+4, o.Wait, o.Note)
	if err != nil {
		return Worked{}, err
	}
	defer db.close()
	w := &worker{o: o, db: db, runs: map[string]*assignment{}}
	if err := w.start(ctx); err != nil {
		return Worked{}, err
	}
	err = w.watch(ctx)
	w.stop()
	return Worked{w.chunks.Load(), w.rows.Load()}, err
}

// start starts River.
func (w *worker) start(ctx context.Context) (err error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, w); err != nil {
		return fmt.Errorf("%w: %w", ErrDatabase, err)
	}
	w.client, err = river.NewClient(riverpgxv5.New(w.db.pool), &river.Config{
		ID:                          fmt.Sprintf("pinion-%d-%s", os.Getpid(), rand.Text()),
		Schema:                      Schema,
		Queues:                      map[string]river.QueueConfig{idleQueue: {MaxWorkers: 1, FetchPollInterval: time.Minute}},
		Workers:                     workers,
		Logger:                      w.o.Logger,
		FetchCooldown:               10 * time.Millisecond,
		FetchPollInterval:           500 * time.Millisecond,
		JobTimeout:                  w.o.Rescue,
		RescueStuckJobsAfter:        w.o.Rescue,
		CompletedJobRetentionPeriod: 10 * time.Minute,
		RetryPolicy:                 retries{},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDatabase, err)
	}
	// The end of ctx must not end what is under way: see stop.
	return patiently(ctx, w.o.Wait, func() error { return failed(w.client.Start(context.WithoutCancel(ctx))) })
}

// stop lets the chunks under way end.
func (w *worker) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), min(grace, w.o.Rescue))
	defer cancel()
	if w.client.Stop(ctx) == nil {
		return
	}
	ctx, cancel = context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = w.client.StopAndCancel(ctx)
}

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
		if over, err := w.see(ctx, open); over {
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

func (w *worker) assignment(id string) *assignment {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runs[id]
}

// current returns the assignment of a run, and nil if it is to be taken up: the same run
// may be there again after it was stopped, or done and forgotten.
func (w *worker) current(id string) *assignment {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.runs[id]; a != nil && a.over {
		delete(w.runs, id)
	}
	return w.runs[id]
}

// drop ends the taking of a run's chunks. It waits for those in hand.
func (w *worker) drop(id string, a *assignment) {
	_ = w.client.Queues().Remove(context.Background(), queueOf(id))
	w.mu.Lock()
	a.over = true
	w.mu.Unlock()
}

// take takes up a run, if the device can do it. It returns nil if that is not known
// yet.
func (w *worker) take(ctx context.Context, f found) (*assignment, error) {
	a := &assignment{}
	err := a.prepare(ctx, w.o.HSM, f.spec)
	switch {
	case unavailable(err):
		w.complain("run " + f.id + ": the device does not answer")
		return nil, nil
	case err != nil:
		a.refused = err
		w.o.Note("run " + f.id + " is left to others: " + err.Error())
	}
	w.mu.Lock()
	w.runs[f.id] = a
	w.mu.Unlock()
	if err != nil {
		return a, nil
	}
	w.o.Note("run " + f.id + ": working")
	err = w.client.Queues().Add(queueOf(f.id), river.QueueConfig{MaxWorkers: w.o.Workers})
	return a, failed(err)
}

// prepare reads a run and asks the device for what it needs.
func (a *assignment) prepare(ctx context.Context, h *hsm.HSM, text []byte) error {
	if json.Unmarshal(text, &a.spec) != nil || a.spec.Layout == nil {
		return fmt.Errorf("%w: the run cannot be read", ErrDatabase)
	}
	if err := a.spec.held(ctx, h); err != nil {
		return err
	}
	job, err := a.spec.job()
	if err != nil {
		return err
	}
	c, err := reencrypt.NewConverter(ctx, h, job, a.spec.Layout)
	if err != nil {
		return err
	}
	a.conv = c.WriteAs(a.spec.Compress, a.spec.Rejects, a.spec.RejectsPack)
	return nil
}
