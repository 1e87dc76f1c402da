package reencrypt

import (
	"errors"
	"maps"
)

// checkpoints writes checkpoints while rows are written.
type checkpoints struct {
	r      *run
	next   chan checkpoint // one that is to be written
	failed chan error
}

// startCheckpoints starts it, if the run can be resumed at all.
func (r *run) startCheckpoints() *checkpoints {
	c := &checkpoints{r: r, next: make(chan checkpoint), failed: make(chan error, 1)}
	go func() {
		var err error
		for point := range c.next {
			if err == nil {
				err = c.write(&point)
			}
		}
		c.failed <- err
	}()
	return c
}

// write has the rows down on the disk, and then the checkpoint that says so. More
// may have been written to the files meanwhile.
func (c *checkpoints) write(point *checkpoint) error {
	if err := errors.Join(c.r.out.sync(), c.r.rejects.sync()); err != nil {
		return err
	}
	return point.save(c.r.files.checkpoint)
}

// take writes a checkpoint, unless the one before is still being written: the
// next one does as well.
func (c *checkpoints) take(point *checkpoint) error {
	if !c.r.o.resumable() {
		return nil
	}
	p := *point
	p.State.Reasons = maps.Clone(point.State.Reasons)
	select {
	case c.next <- p:
	default:
	}
	return nil
}

// stop waits for the last one, and returns the first error there was.
func (c *checkpoints) stop() error {
	close(c.next)
	return <-c.failed
}
