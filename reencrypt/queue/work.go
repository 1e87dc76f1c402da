package queue

import (
	"context"
	"crypto/rand"
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
