package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// submitter is one call of [Submit].
type submitter struct {
	o      Options
	db     *database
	client *river.Client[pgxTx]
	id     string
	owner  string // who may go on with the run: a process that was replaced may not
	token  string // of the output: see identify
	output string // hash of the token and the output's path
	spec   spec
	source source
	out    *sink
	reject *sink
	point  progress // of what was written
	before position // what was submitted when this began
	locked []string // files that other runs are kept from
	unlock []func()

	collected atomic.Int64 // chunks
	room      chan struct{}
	begun     time.Time
	over      bool // the run was finished before
}

// progress is how far the output is: kept in the database, and true of the disk.
type progress struct {
	Started    time.Time                  `json:"started"`
	Resumed    int                        `json:"resumed"`
	Chunks     int64                      `json:"chunks"`
	Rows       int64                      `json:"rows"`
	Translated int64                      `json:"translated"`
	Reasons    map[reencrypt.Reason]int64 `json:"reasons"`
	OutSize    int64                      `json:"out_size"`
	Out        string                     `json:"out"` // SHA-256
	RejectSize int64                      `json:"rejects_size"`
	Rejects    string                     `json:"rejects"`
	Devices    map[string]bool            `json:"devices"`
}

// Submit re-enciphers a file with whoever works on the queue. It returns the manifest
// of what was done, which it has written beside the output, and an error if not
// everything was: a [*reencrypt.Stopped] once it had begun, and then the same options
// with Resume go on, and workers meanwhile. Rows among the rejects are no error.
//
// The output is that of [reencrypt.Run] with the same batch, byte for byte, where the
// outgoing format has no random fill.
func Submit(ctx context.Context, o Options) (*reencrypt.Manifest, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	s := &submitter{o: o, owner: rand.Text(), room: make(chan struct{}, 1), begun: time.Now()}
	if s.source, err = openSource(ctx, &o); err != nil {
		return nil, err
	}
	defer s.source.close()
	if err := s.describe(ctx); err != nil {
		return nil, err
	}
	defer func() {
		for _, unlock := range s.unlock {
			unlock()
		}
	}()
	if err := s.lock(ctx); err != nil {
		s.leave()
		return nil, err
	}
	if err := s.identify(); err != nil {
		s.leave()
		return nil, err
	}
	if s.db, err = open(ctx, o.URL, 6, o.Wait, o.Note); err != nil {
		s.leave()
		return nil, err
	}
	defer s.db.close()
	return s.all(ctx)
}

// describe asks the device for the keys, and whether it may do the job.
func (s *submitter) describe(ctx context.Context) error {
	o := &s.o
	if _, err := reencrypt.NewConverter(ctx, o.HSM, o.Job, s.source.layout()); err != nil {
		return err
	}
	from, err := keyOf(ctx, o.HSM, o.Job.From)
	if err != nil {
		return err
	}
	to, err := keyOf(ctx, o.HSM, o.Job.To)
	if err != nil {
		return err
	}
	s.spec = spec{
		From: from, To: to, ToChipCard: o.Job.ToChipCard, Policy: o.HSM.Policy().String(), Layout: s.source.layout(),
		Compress: o.Compress, Rejects: o.OutKind, RejectsPack: reencrypt.CompressionOf(o.Rejects), Batch: o.Batch,
		Out: base(o.Out), RejectsName: base(o.Rejects),
	}
	if o.Job.Mode != reencrypt.Translate {
		s.spec.Mode = o.Job.Mode.String()
	}
	s.source.describe(&s.spec)
	if named, err := reencrypt.KindOf(o.Rejects); err == nil {
		s.spec.Rejects = named
	}
	s.id = s.spec.id()
	return nil
}

func (s *submitter) all(ctx context.Context) (*reencrypt.Manifest, error) {
	var err error
	if s.client, err = river.NewClient(riverpgxv5.New(s.db.pool), &river.Config{Schema: Schema, Logger: silent()}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDatabase, err)
	}
	m, err := s.begin(ctx)
	if err != nil {
		s.leave()
		return nil, err
	}
	if s.over {
		s.leave()
		s.dropToken()
		return m, nil
	}
	s.o.Began(s.id)
	if m == nil {
		if err = s.openSinks(); err == nil {
			m, err = s.transfer(ctx)
		}
	}
	if err == nil {
		err = s.place(ctx, m)
	}
	s.closeSinks()
	if err != nil {
		return nil, &reencrypt.Stopped{Rows: s.point.Rows, Resumable: !errors.Is(err, ErrTaken), Err: err}
	}
	return m, nil
}

// mine holds a statement on the run to having found it: nobody else went on with it.
func mine(tag interface{ RowsAffected() int64 }, err error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return ErrTaken
	}
	return err
}
