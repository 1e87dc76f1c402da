package queue

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
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

// begin makes the run, or takes it over. It returns a manifest if only names are left
// to be given.
func (s *submitter) begin(ctx context.Context) (*reencrypt.Manifest, error) {
	if s.o.Force {
		if err := s.replace(ctx); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(s.spec)
	if err != nil {
		return nil, err
	}
	var there bool
	var state, manifest []byte
	err = s.db.transact(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT chunks, rows_read, content_sha, place, filled, progress, manifest
			FROM pinion_reencrypt.run WHERE id = $1 FOR NO KEY UPDATE`, s.id).
			Scan(&s.before.chunks, &s.before.rows, &s.before.sum, &s.before.place, &s.before.filled, &state, &manifest)
		if there = err == nil; there {
			if s.o.Resume {
				if err = s.keepToken(); err == nil {
					_, err = tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET owner = $2, output = $3, touched = now(), stopped = NULL WHERE id = $1`, s.id, s.owner, s.output)
				}
			}
			return err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := s.free(); err != nil {
			return nil // nothing is made; see below
		}
		if err = s.keepToken(); err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO pinion_reencrypt.run (id, version, spec, owner, output) VALUES ($1, $2, $3, $4, $5)`, s.id, specVersion, text, s.owner, s.output)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !there && s.o.Resume {
		if m := s.finished(); m != nil {
			s.over = true // and only the word of it got lost
			return m, nil
		}
	}
	switch {
	case !there:
		s.point = progress{Started: s.begun.UTC(), Reasons: map[reencrypt.Reason]int64{}, Devices: map[string]bool{}}
		return nil, s.free()
	case !s.o.Resume:
		return nil, reencrypt.ErrBegun
	}
	s.point = progress{Started: s.begun.UTC()}
	if json.Unmarshal(state, &s.point) != nil {
		return nil, fmt.Errorf("%w: the run cannot be read", ErrDatabase)
	}
	if s.point.Reasons == nil {
		s.point.Reasons = map[reencrypt.Reason]int64{}
	}
	if s.point.Devices == nil {
		s.point.Devices = map[string]bool{}
	}
	s.point.Resumed++
	if manifest == nil {
		return nil, nil
	}
	var m reencrypt.Manifest
	return &m, json.Unmarshal(manifest, &m)
}

// mine holds a statement on the run to having found it: nobody else went on with it.
func mine(tag interface{ RowsAffected() int64 }, err error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return ErrTaken
	}
	return err
}
