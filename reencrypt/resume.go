package reencrypt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// resume moves to the place where the run that is resumed was.
func (r *run) resume() error {
	s := &r.point.State
	skip := s.Offset - int64(len(r.head))
	n, err := io.CopyN(r.inHash, io.MultiReader(bytes.NewReader(r.rows.rest), r.in.content), skip)
	if err != nil || skip < 0 {
		return fmt.Errorf("%w: the input is shorter (by %d bytes at least)", ErrChanged, skip-n)
	}
	if hexSum(r.inHash) != s.In {
		return fmt.Errorf("%w: the input has other rows", ErrChanged)
	}
	r.rows.rest = r.rows.rest[min(skip, int64(len(r.rows.rest))):]
	r.rows.number = s.Rows
	if err := r.out.restore(s.OutSize, s.Out); err != nil {
		return err
	}
	if err := r.rejects.restore(s.RejectSize, s.Rejects); err != nil {
		return err
	}
	r.o.Meter.rows.Store(s.Rows)
	r.o.Meter.before.Store(s.Rows)
	r.o.Meter.rejected.Store(s.rejected())
	return nil
}

// stopped ends a run that did not finish, with a checkpoint of what it did.
func (r *run) stopped(err error) error {
	st := &Stopped{Rows: r.point.State.Rows, Err: err}
	if !r.o.resumable() {
		r.discard()
		return st
	}
	s := &r.point.State
	// What is behind the last whole chunk goes first: on a disk that is full, it
	// makes room for the checkpoint.
	err = errors.Join(r.out.cut(s.OutSize), r.rejects.cut(s.RejectSize), r.out.sync(), r.rejects.sync())
	if err == nil {
		err = r.save(&r.point)
	}
	if err != nil { // the checkpoint before is there, and what it says is written
		if c, loadErr := loadCheckpoint(r.files.checkpoint); loadErr == nil && c != nil {
			st.Rows, st.Resumable = c.State.Rows, true
		}
		return st
	}
	st.Resumable = true
	return st
}

// discard removes what a run wrote that nobody can go on with.
func (r *run) discard() {
	for _, s := range []*sink{r.out, r.rejects} {
		if s != nil {
			_ = s.close()
		}
	}
	for _, path := range []string{r.files.outPartial, r.files.rejectsPartial} {
		if path != "" {
			_ = os.Remove(path)
		}
	}
}
