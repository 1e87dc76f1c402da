package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/pinion-hsm/pinion/reencrypt"
)

const (
	fetches   = 16 // results asked for at once
	lull      = 20 * time.Millisecond
	syncEvery = 500 * time.Millisecond
)

// transfer submits what is left and collects what came of it.
func (s *submitter) transfer(ctx context.Context) (*reencrypt.Manifest, error) {
	s.collected.Store(s.point.Chunks)
	g, ctx := errgroup.WithContext(ctx)
	filled := make(chan struct{})
	g.Go(func() error {
		err := s.fill(ctx)
		if err == nil {
			close(filled)
		}
		return err
	})
	g.Go(func() error { return s.collect(ctx, filled) })
	finished := make(chan struct{})
	go func() { defer close(finished); s.rescue(ctx) }()
	err := g.Wait()
	<-finished // errgroup has ended its context
	if err != nil {
		return nil, err
	}
	return s.manifest(), nil
}

// collect writes the results in their order until the last one.
func (s *submitter) collect(ctx context.Context, filled <-chan struct{}) error {
	if err := s.writeHead(); err != nil {
		return err
	}
	if err := s.tooMany(ctx); err != nil { // a run that goes on may have had them before
		return err
	}
	at, saved, beaten := s.point.Chunks, time.Now(), time.Now()
	total := int64(-1)
	for {
		list, err := s.results(ctx, at)
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := s.write(r); err != nil {
				return err
			}
			if err := s.tooMany(ctx); err != nil {
				return err
			}
		}
		at += int64(len(list))
		select {
		case <-filled:
			if total < 0 {
				if total, err = s.total(ctx); err != nil {
					return err
				}
			}
		default:
		}
		if time.Since(beaten) > beatEvery {
			if err := s.beat(ctx); err != nil {
				return err
			}
			beaten = time.Now()
		}
		over := at == total
		if over || s.point.Chunks > s.collected.Load() && (time.Since(saved) > syncEvery || at-s.collected.Load() > int64(s.o.Ahead/4)) {
			if err := s.save(ctx); err != nil {
				return err
			}
			saved = time.Now()
		}
		if over {
			return nil
		}
		if len(list) == 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(lull):
			}
		}
	}
}

// tooMany returns an error if more rows were rejected than may be. What was done is
// kept.
func (s *submitter) tooMany(ctx context.Context) error {
	err := s.o.MaxRejects.Check(s.point.Rows, s.point.Reasons)
	if err == nil {
		return nil
	}
	return errors.Join(err, s.save(ctx), s.halt(ctx))
}

// halt has workers leave the run, until somebody goes on with it.
func (s *submitter) halt(ctx context.Context) error {
	return s.db.transact(ctx, func(tx pgx.Tx) error {
		return mine(tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET stopped = now() WHERE id = $1 AND owner = $2`, s.id, s.owner))
	})
}

// beat says in the database that the run is at work, and finds out if it is another's.
func (s *submitter) beat(ctx context.Context) error {
	return s.db.transact(ctx, func(tx pgx.Tx) error {
		return mine(tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET touched = now() WHERE id = $1 AND owner = $2`, s.id, s.owner))
	})
}

// write writes what came of one chunk.
func (s *submitter) write(r result) error {
	var reasons map[reencrypt.Reason]int64
	if !bytes.Equal(sum(r.out, r.rejects), r.sum) || json.Unmarshal(r.reasons, &reasons) != nil {
		return fmt.Errorf("%w: chunk %d is not what a worker wrote", ErrDatabase, r.n)
	}
	if err := s.out.write(r.out); err != nil {
		return err
	}
	if err := s.reject.write(r.rejects); err != nil {
		return err
	}
	p := &s.point
	p.Chunks++
	p.Rows += r.rows
	p.Translated += r.translated
	for reason, n := range reasons {
		p.Reasons[reason] += n
	}
	p.Devices[r.device] = true
	s.o.Meter.rows.Store(p.Rows)
	s.o.Meter.rejected.Store(p.Rows - p.Translated)
	return nil
}

// save has the files on the disk, and then says so in the database, where the results
// that are in the files are deleted.
func (s *submitter) save(ctx context.Context) error {
	if err := errors.Join(s.out.sync(), s.reject.sync()); err != nil {
		return err
	}
	s.point.Out, s.point.OutSize = hexSum(s.out.hash), s.out.size
	s.point.Rejects, s.point.RejectSize = hexSum(s.reject.hash), s.reject.size
	err := s.db.transact(ctx, func(tx pgx.Tx) error {
		err := mine(tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET progress = $3 WHERE id = $1 AND owner = $2`, s.id, s.owner, encode(s.point)))
		if err == nil && !s.o.Keep {
			_, err = tx.Exec(ctx, `DELETE FROM pinion_reencrypt.result WHERE run = $1 AND n < $2`, s.id, s.point.Chunks)
		}
		return err
	})
	if err != nil {
		return err
	}
	s.collected.Store(s.point.Chunks)
	select {
	case s.room <- struct{}{}:
	default:
	}
	return nil
}
