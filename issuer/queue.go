package issuer

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// A queue has jobs committed in groups. Whatever came in while one group was done
// is the next: under load groups grow by themselves, and a single request waits
// for nobody.
//
// A store may have several lanes. They take turns: while one group is on its way
// to the disk the next is with the HSM, and one after that is not begun yet, so
// that it is as large as it can be. Two groups may have jobs on one card: the
// second waits for the store's lock.
type queue struct {
	s    *Service
	jobs chan *job

	turn    sync.Mutex // of the lane that has a group which is not yet written
	waiting []*job     // taken from jobs and in no group yet; under turn

	mu     sync.RWMutex // held by senders, so that close cannot overtake them
	closed bool
	lanes  sync.WaitGroup
}

// patience is how long a group has the turn at most. One that takes longer waits
// for a slow HSM, or for a card that another process has, and others need not.
const patience = 10 * time.Millisecond

func newQueue(s *Service, lanes int) *queue {
	q := &queue{s: s, jobs: make(chan *job, 4*s.o.Group)}
	for range max(1, lanes) {
		q.lanes.Go(q.work)
	}
	return q
}

// submit has a job executed and returns when its effect is durable, or its
// error.
func (s *Service) submit(ctx context.Context, j *job) (Outcome, error) {
	j.ctx, j.answered = ctx, make(chan struct{})
	if err := s.queue.send(ctx, j); err != nil {
		return Outcome{}, err
	}
	select {
	case <-j.answered:
		return j.outcome, j.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err() // the job may still be executed, and counted
	}
}

func (q *queue) send(ctx context.Context, j *job) error {
	q.mu.RLock()
	defer q.mu.RUnlock()
	if q.closed {
		return ErrClosed
	}
	select {
	case q.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.jobs)
	}
	q.mu.Unlock()
	q.lanes.Wait()
}

// work is one lane: it takes jobs until the queue is closed and empty.
func (q *queue) work() {
	for {
		q.turn.Lock()
		g := q.next()
		if g == nil {
			q.turn.Unlock()
			return
		}
		g.pass = sync.OnceFunc(q.turn.Unlock)
		timer := time.AfterFunc(patience, g.pass)
		g.run()
		timer.Stop()
		g.pass()
	}
}

// next waits for a job and returns the group of it and of all that can be done
// with it. It is nil when there will be no more.
func (q *queue) next() (g *group) {
	if len(q.waiting) == 0 {
		j, ok := <-q.jobs
		if !ok {
			return nil
		}
		q.waiting = append(q.waiting, j)
		// Whoever is about to send comes first. On one processor a lane is woken by the
		// first of many who send, before the others had their turn.
		runtime.Gosched()
	}
	q.drain()
	g, q.waiting = newGroup(q.s, q.waiting)
	return g
}

// drain takes what is in the queue, up to the size of a group.
func (q *queue) drain() {
	for len(q.waiting) < q.s.o.Group {
		select {
		case j, ok := <-q.jobs:
			if !ok {
				return
			}
			q.waiting = append(q.waiting, j)
		default:
			return
		}
	}
}
