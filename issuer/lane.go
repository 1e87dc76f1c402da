package issuer

import (
	"context"
	"hash/maphash"
	"sync"
)

// A lane commits jobs one group after the other. Whatever came in while one
// group was being committed is the next: under load groups grow by themselves,
// and a single request waits for nobody. Jobs on one card go to one lane.
type lane struct {
	s     *Service
	queue chan *job

	mu     sync.RWMutex // held by senders, so that close cannot overtake them
	closed bool
	done   chan struct{}
}

func newLane(s *Service) *lane {
	l := &lane{s: s, queue: make(chan *job, 4*s.o.Group), done: make(chan struct{})}
	go l.work()
	return l
}

var laneSeed = maphash.MakeSeed()

// submit has a job executed and returns when its effect is durable, or its
// error.
func (s *Service) submit(ctx context.Context, j *job) (Outcome, error) {
	j.ctx, j.answered = ctx, make(chan struct{})
	l := s.lanes[maphash.String(laneSeed, j.strand())%uint64(len(s.lanes))]
	if err := l.send(ctx, j); err != nil {
		return Outcome{}, err
	}
	select {
	case <-j.answered:
		return j.outcome, j.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err() // the job may still be executed, and counted
	}
}

func (l *lane) send(ctx context.Context, j *job) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return ErrClosed
	}
	select {
	case l.queue <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lane) close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.queue)
	}
	l.mu.Unlock()
	<-l.done
}

// work takes jobs until the queue is closed and empty.
func (l *lane) work() {
	defer close(l.done)
	var waiting []*job
	for {
		if len(waiting) == 0 {
			j, ok := <-l.queue
			if !ok {
				return
			}
			waiting = append(waiting, j)
		}
		waiting = l.drain(waiting)
		var g *group
		g, waiting = newGroup(l.s, waiting)
		g.run()
	}
}

// drain adds what is in the queue, up to the size of a group.
func (l *lane) drain(waiting []*job) []*job {
	for len(waiting) < l.s.o.Group {
		select {
		case j, ok := <-l.queue:
			if !ok {
				return waiting
			}
			waiting = append(waiting, j)
		default:
			return waiting
		}
	}
	return waiting
}
