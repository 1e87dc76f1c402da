package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/pinion-hsm/pinion/reencrypt"
)

// piece is a chunk with its place in the file.
type piece struct {
	n     int64
	chunk *reencrypt.Chunk
}

// fill puts the chunks into the queue, no more of them than there may be.
func (s *submitter) fill(ctx context.Context) error {
	at, rows := s.before.chunks, s.before.rows
	if at > 0 {
		if err := s.source.skip(ctx, s.before); err != nil {
			return err
		}
		s.o.Meter.submitted.Store(rows)
	}
	for {
		if err := s.waitForRoom(ctx, at); err != nil {
			return err
		}
		var pieces []piece
		ended := false
		for len(pieces) < insertions && !ended {
			c, err := s.source.next(ctx)
			switch {
			case errors.Is(err, io.EOF):
				ended = true
				continue
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, reencrypt.ErrRows):
				return err
			case err != nil:
				return fmt.Errorf("%w: %w", reencrypt.ErrInput, err)
			}
			pieces = append(pieces, piece{at + int64(len(pieces)), c})
			rows += int64(c.Rows())
		}
		if ended {
			if err := s.source.ended(); err != nil {
				return err
			}
		}
		if err := s.put(ctx, at, rows, pieces, ended); err != nil {
			return err
		}
		at += int64(len(pieces))
		s.o.Meter.submitted.Store(rows)
		if ended {
			return nil
		}
	}
}

// waitForRoom waits until so few chunks are in the database that more may be.
func (s *submitter) waitForRoom(ctx context.Context, at int64) error {
	for at+insertions-s.collected.Load() > int64(s.o.Ahead) {
		select {
		case <-s.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// put submits chunks with their jobs. That this was done, and nobody was told since the
// connection broke, is seen by the number of chunks.
func (s *submitter) put(ctx context.Context, at, rows int64, pieces []piece, ended bool) error {
	after, sum, place := at+int64(len(pieces)), s.source.sum(), s.source.place()
	return s.db.transact(ctx, func(tx pgx.Tx) error {
		var chunks int64
		var filled bool
		err := tx.QueryRow(ctx, `SELECT chunks, filled FROM pinion_reencrypt.run WHERE id = $1 AND owner = $2 FOR NO KEY UPDATE`, s.id, s.owner).Scan(&chunks, &filled)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return ErrTaken
		case err != nil:
			return err
		case chunks == after && filled == ended:
			return nil
		}
		var rowsOf [][]any
		var jobs []river.InsertManyParams
		for _, p := range pieces {
			rowsOf = append(rowsOf, []any{s.id, p.n, p.chunk.First(), full(p.chunk.Data()), p.chunk.Places()})
			jobs = append(jobs, chunkArgs{s.id, p.n}.insertion(usualPriority))
		}
		if len(pieces) > 0 {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{Schema, "chunk"}, []string{"run", "n", "first", "data", "places"}, pgx.CopyFromRows(rowsOf)); err != nil {
				return err
			}
			if _, err := s.client.InsertManyFastTx(ctx, tx, jobs); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET chunks = $2, rows_read = $3, content_sha = $4, filled = $5, place = $6 WHERE id = $1`,
			s.id, after, rows, sum, ended, place)
		return err
	})
}

// encode returns JSON of what has nothing that could fail.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("{}")
	}
	return text
}
