package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pinion-hsm/pinion/reencrypt"
)

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
