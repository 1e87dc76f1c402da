package reencrypt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// grace is how long calls that are under way are waited for after an interrupt.
const grace = 30 * time.Second

// slot is the place of a chunk in the order of the output.
type slot struct {
	chunk *Chunk
	done  chan struct{}
	out   *Outcome
	err   error
}

// pipeline reads chunks, has them converted by workers, and hands them on in their
// order.
type pipeline struct {
	r      *run
	ctx    context.Context // ends when the run is to stop
	device context.Context // of the calls; ends later
	order  chan *slot
	work   chan *slot
	ended  chan struct{} // nothing more is to be done
	group  sync.WaitGroup
}

// transfer does the rows that are left.
func (r *run) transfer(ctx context.Context) error {
	if err := r.begin(); err != nil {
		return err
	}
	device, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	p := &pipeline{r: r, ctx: ctx, device: device,
		order: make(chan *slot, r.o.Workers+2), work: make(chan *slot), ended: make(chan struct{})}
	reader := make(chan struct{})
	go func() { defer close(reader); p.read() }()
	for range r.o.Workers {
		p.group.Go(p.convert)
	}
	points := r.startCheckpoints()
	err := p.write(points)
	close(p.ended)
	if err != nil {
		cancel() // what is under way is of no use any more
	}
	p.group.Wait()
	if r.in.file != nil {
		<-reader // a read from a stream cannot be ended: it is left behind
	}
	if syncErr := points.stop(); err == nil {
		err = syncErr
	}
	if err == nil {
		err = r.in.ended()
	}
	if err == nil {
		r.note()
	}
	return err
}

// read cuts the input into chunks until it ends.
func (p *pipeline) read() {
	defer close(p.order)
	next := p.r.rows.next
	if p.r.o.Sample > 0 {
		next = p.sample()
	}
	for {
		s := &slot{done: make(chan struct{})}
		s.chunk, s.err = next()
		if errors.Is(s.err, io.EOF) {
			return
		}
		if s.err == nil {
			s.err = p.ctx.Err()
		} else if !errors.Is(s.err, ErrRows) && p.ctx.Err() == nil {
			s.err = fmt.Errorf("%w: %w", ErrInput, s.err)
		}
		failed := s.err != nil
		if failed {
			close(s.done)
		}
		select {
		case p.order <- s:
		case <-p.ended:
			return
		}
		if failed {
			return
		}
		select {
		case p.work <- s:
		case <-p.ended:
			return
		}
	}
}

// sample returns what hands out the rows of a sample.
func (p *pipeline) sample() func() (*Chunk, error) {
	all := func() (*Chunk, error) {
		c, err := p.r.rows.next()
		if err == nil {
			err = p.ctx.Err()
		}
		if err == nil {
			_, _ = p.r.inHash.Write(c.data)
		}
		return c, err
	}
	s, err := NewSampler(Sampling{Rows: p.r.o.Sample, Batch: p.r.o.Batch}, all)
	if err != nil {
		return func() (*Chunk, error) { return nil, err }
	}
	return func() (*Chunk, error) {
		c, err := s.Next()
		p.r.sampled = s.From()
		return c, err
	}
}

// write writes what comes of the chunks, in their order.
func (p *pipeline) write(points *checkpoints) error {
	every := int64(max(1, p.r.o.Checkpoint/p.r.o.Batch))
	var hurry <-chan struct{}
	if !p.r.o.resumable() {
		hurry = p.ctx.Done() // what is under way would be thrown away
	}
	for {
		if st := &p.r.point.State; st.Rows > 0 {
			if err := p.r.o.MaxRejects.Check(st.Rows, st.Reasons); err != nil {
				return err
			}
		}
		var s *slot
		select {
		case s = <-p.order:
		case <-hurry:
			return p.ctx.Err()
		}
		if s == nil {
			return nil // the end
		}
		<-s.done
		if s.err != nil {
			if p.ctx.Err() != nil {
				return p.ctx.Err()
			}
			return s.err
		}
		if err := p.r.commit(s); err != nil {
			return err
		}
		if p.r.point.State.Chunks%every == 0 {
			if err := points.take(&p.r.point); err != nil {
				return err
			}
		}
	}
}
