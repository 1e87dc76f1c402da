package queue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// assignment is a run as a worker knows it.
type assignment struct {
	spec    spec
	conv    *reencrypt.Converter
	refused error // why it is left to others
	done    bool  // or stopped, or forgotten: its chunks are not taken any more
	alone   bool  // it was told that its submitter is gone
	over    bool  // and none of them is in hand: it may be taken up anew
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
	return a, patientlyTold(ctx, w.o.Wait, w.o.Note, func() error { return w.add(ctx, queueOf(f.id)) })
}

// add begins to take chunks from a queue of River's.
func (w *worker) add(ctx context.Context, queue string) error {
	err := failed(w.client.Queues().Add(queue, river.QueueConfig{MaxWorkers: w.o.Workers}))
	if err != nil { // it is there for River, and stands still: it is to be added anew
		_ = w.client.Queues().Remove(context.WithoutCancel(ctx), queue)
	}
	return err
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
