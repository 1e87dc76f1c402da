package queue

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/pinion-hsm/pinion/internal/durable"
	"github.com/pinion-hsm/pinion/reencrypt"
)

// A run is known by what it does, so one that was begun with a wrong format is not the
// one that takes its place with the right one. That both write the same file is told by
// a file beside it, OUT.run, which has a random token: the run has a hash of the token
// and the path. So a file of the same name in another folder or on another machine,
// and a copy of the folder, is another output, and its run is not touched.

// output is the file that stands for a run's outputs; "" is none.
func (o *Options) output() string {
	if o.Out != "" {
		return o.Out
	}
	return o.Rejects
}

// tokenOf returns the name of the file that has the token of an output.
func tokenOf(output string) string { return output + ".run" }

// identify reads the token of the output, or makes one up.
func (s *submitter) identify() error {
	path := s.o.output()
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(tokenOf(path))
	if s.token = string(text); err != nil || len(s.token) != len(rand.Text()) {
		s.token = rand.Text()
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	sum := sha256.Sum256([]byte(s.token + whole))
	s.output = hex.EncodeToString(sum[:12])
	return nil
}

// keepToken writes the token, before a run in the database has its hash.
func (s *submitter) keepToken() error {
	if s.token == "" {
		return nil
	}
	if err := durable.Replace(tokenOf(s.o.output()), []byte(s.token)); err != nil {
		return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
	}
	return nil
}

// dropToken removes the token, when there is no run that has its hash.
func (s *submitter) dropToken() {
	if s.token != "" {
		_ = os.Remove(tokenOf(s.o.output()))
	}
}

// replace forgets what Force replaces: this run, and others that were to write the same
// files.
func (s *submitter) replace(ctx context.Context) error {
	runs := []string{s.id}
	if s.output != "" {
		var others []string
		err := s.db.transact(ctx, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM pinion_reencrypt.run WHERE output = $1 AND id <> $2`, s.output, s.id)
			if err == nil {
				others, err = pgx.CollectRows(rows, pgx.RowTo[string])
			}
			return err
		})
		if err != nil {
			return err
		}
		runs = append(runs, others...)
	}
	for _, run := range runs {
		if err := s.db.forget(ctx, run); err != nil {
			return err
		}
	}
	return nil
}
