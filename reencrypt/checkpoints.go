package reencrypt

import (
	"errors"
	"maps"
)

// checkpoints writes checkpoints while rows are written.
type checkpoints struct {
	r     *run
	next  chan checkpoint // one that is to be written
	ended chan struct{}   // no more are written
	err   error           // why; read when ended is closed
}

// startCheckpoints starts it. A checkpoint that cannot be written is the last.
func (r *run) startCheckpoints() *checkpoints {
	c := &checkpoints{r: r, next: make(chan checkpoint), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for point := range c.next {
			if c.err = c.write(&point); c.err != nil {
				return
			}
		}
	}()
	return c
}

// write has the rows down on the disk, and then the checkpoint that says so. More
// may have been written to the files meanwhile.
func (c *checkpoints) write(point *checkpoint) error {
	if err := errors.Join(c.r.out.sync(), c.r.rejects.sync()); err != nil {
		return err
	}
	return c.r.save(point)
}

// take writes a checkpoint if the run can be resumed at all, unless the one before is
// still being written: the next one does as well. It returns an error if one could not
// be written: hours of work are not to hang on luck.
func (c *checkpoints) take(point *checkpoint) error {
	if !c.r.o.resumable() {
		return nil
	}
	p := *point
	p.State.Reasons = maps.Clone(point.State.Reasons)
	select {
	case c.next <- p:
	case <-c.ended:
		return c.err
	default:
	}
	return nil
}

// stop waits for the last one, and returns the first error there was.
func (c *checkpoints) stop() error {
	close(c.next)
	<-c.ended
	return c.err
}
