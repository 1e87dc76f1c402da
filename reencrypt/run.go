package reencrypt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"time"
)

// run is one call of [Run].
type run struct {
	o     Options
	files paths

	in      *input
	rows    *splitter
	head    []byte // what is before the rows
	inHash  hash.Hash
	conv    *Converter
	out     *sink
	rejects *sink
	locked  []string // files that other runs are kept from
	unlock  []func()

	point   checkpoint // state is of what was written
	sampled int64      // rows that a sample was taken from
	begun   time.Time  // of this run, not of the one that it resumes
}

// Run re-enciphers a file. It returns the manifest of what was done, which it has
// written beside the output, and an error if not everything was: a [*Stopped] once
// it had begun. Rows among the rejects are no error.
//
// When ctx ends, the calls of the device that are under way are waited for, what
// they answer is written, and a checkpoint is kept. The error is ctx's.
func Run(ctx context.Context, o Options) (*Manifest, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	r := &run{o: o, files: pathsOf(o.Out, o.Rejects), begun: time.Now()}
	m, err := r.all(ctx)
	r.close()
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (r *run) all(ctx context.Context) (*Manifest, error) {
	if err := r.openRows(); err != nil {
		return nil, err
	}
	var err error
	if r.conv, err = NewConverter(ctx, r.o.HSM, r.o.Job, r.rows.layout); err != nil {
		return nil, err
	}
	r.point = checkpoint{Version: checkpointVersion, Started: r.begun.UTC(), Params: r.params()}
	if m, err := r.openOutput(); m != nil || err != nil {
		return m, err
	}
	if r.point.Manifest == nil {
		if err := r.transfer(ctx); err != nil {
			return nil, r.stopped(err)
		}
		if err := r.complete(); err != nil {
			return nil, r.stopped(err)
		}
	} else if err := r.hold(r.point.Manifest); err != nil {
		return nil, err
	}
	if err := r.place(); err != nil {
		return nil, &Stopped{r.point.State.Rows, r.o.resumable(), err}
	}
	return r.point.Manifest, nil
}

// openRows opens the input and reads what is before the rows.
func (r *run) openRows() (err error) {
	layout, err := NewLayout(r.o.Kind, r.o.Delimiter, r.o.Map)
	if err != nil {
		return err
	}
	if err := layout.Into(r.o.OutKind, r.o.Delimiter); err != nil {
		return err
	}
	if r.in, err = openInput(&r.o); err != nil {
		return err
	}
	r.rows = &splitter{in: r.in.content, layout: layout, most: r.o.Batch}
	r.inHash = sha256.New()
	if r.head, err = r.rows.preamble(); err != nil {
		if !errors.Is(err, ErrColumns) && !errors.Is(err, ErrRows) {
			err = fmt.Errorf("%w: %w", ErrInput, err)
		}
		return err
	}
	_, _ = r.inHash.Write(r.head)
	return nil
}

// params returns what must be the same when the run is resumed.
func (r *run) params() params {
	c := r.conv
	p := params{
		From: keyParams{c.from.Label, c.from.Algorithm.String(), string(c.from.Usage), c.from.KCV, c.job.From.Format.String(), ""},
		To:   keyParams{c.to.Label, c.to.Algorithm.String(), string(c.to.Usage), c.to.KCV, c.job.To.Format.String(), ""},

		ToChipCard: c.job.ToChipCard, Policy: r.o.HSM.Policy().String(), Input: r.in.id, Layout: c.layout,
		Compress: r.o.Compress, Rejects: base(r.o.Rejects), Batch: r.o.Batch, Checkpoint: r.o.Checkpoint,
	}
	if a := c.job.From.Algorithm; a != 0 {
		p.From.Derived = a.String()
	}
	return p
}

func (r *run) close() {
	if r.in != nil {
		_ = r.in.close()
	}
	for _, s := range []*sink{r.out, r.rejects} {
		if s != nil {
			_ = s.close()
		}
	}
	for _, unlock := range r.unlock {
		unlock()
	}
}
