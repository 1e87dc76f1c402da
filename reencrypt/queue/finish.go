package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pinion-hsm/pinion/internal/durable"
	"github.com/pinion-hsm/pinion/reencrypt"
)

func decode(text []byte, v any) bool { return json.Unmarshal(text, v) == nil }

// manifest returns the manifest of a run whose rows are done.
func (s *submitter) manifest() *reencrypt.Manifest {
	p := &s.point
	m := &reencrypt.Manifest{
		Version: 1, Program: s.o.Program, Mode: s.o.Job.Mode.String(), Started: p.Started, Finished: time.Now().UTC(), Resumed: p.Resumed,
		Device: strings.Join(slices.Sorted(maps.Keys(p.Devices)), ", "), Policy: s.spec.Policy, ToChipCard: s.spec.ToChipCard,
		Columns: s.spec.Layout.Names, Rows: p.Rows, Translated: p.Translated, Rejected: p.Rows - p.Translated, Reasons: p.Reasons,
		Run: s.id,
	}
	s.source.enter(m)
	if s.spec.Out != "" {
		m.Output = &reencrypt.FileHash{Name: s.spec.Out, Bytes: p.OutSize, SHA256: p.Out}
	}
	if s.spec.RejectsName != "" {
		m.Rejects = &reencrypt.FileHash{Name: s.spec.RejectsName, Bytes: p.RejectSize, SHA256: p.Rejects}
	}
	f, t := s.spec.From, s.spec.To
	if t == (key{}) {
		t = f
	}
	m.From.Label, m.From.Algorithm, m.From.Usage, m.From.KCV, m.From.Format, m.From.Derived = f.Label, f.Algorithm, f.Usage, f.KCV, f.Format, f.Derived
	m.To.Label, m.To.Algorithm, m.To.Usage, m.To.KCV, m.To.Format, m.To.Derived = t.Label, t.Algorithm, t.Usage, t.KCV, t.Format, t.Derived
	return m
}

// place gives the files their names, writes the manifest, and deletes the run: in this
// order, and each of it can be done again.
func (s *submitter) place(ctx context.Context, m *reencrypt.Manifest) error {
	text := encode(m)
	err := s.db.transact(ctx, func(tx pgx.Tx) error {
		return mine(tx.Exec(ctx, `UPDATE pinion_reencrypt.run SET manifest = $3 WHERE id = $1 AND owner = $2`, s.id, s.owner, text))
	})
	if err != nil {
		return err
	}
	s.closeSinks() // some systems rename no file that is open
	if m.Rejects != nil {
		if err := name(s.o.Rejects, m.Rejects); err != nil {
			return err
		}
	}
	if m.Output != nil {
		if err := name(s.o.Out, m.Output); err != nil {
			return err
		}
		page, err := m.JSON()
		if err == nil {
			err = durable.Replace(reencrypt.ManifestOf(s.o.Out), page)
		}
		if err != nil {
			return fmt.Errorf("%w: the manifest: %w", reencrypt.ErrWrite, err)
		}
	}
	if s.o.AuditLog != "" {
		if err := m.Enter(s.o.AuditLog); err != nil {
			return err
		}
	}
	if s.o.Keep {
		s.dropToken() // what replaces the files another time leaves what was kept
		return nil
	}
	if err := s.db.forget(ctx, s.id); err != nil {
		return err
	}
	s.dropToken()
	return nil
}

// name gives a whole file its name, unless it has it already. What has it is held to its
// hash: somebody else may have written to it since.
func name(path string, h *reencrypt.FileHash) error {
	partial := path + ".partial"
	if info, err := os.Stat(partial); err == nil && info.Size() == h.Bytes {
		if err := h.Check(partial); err != nil {
			return err
		}
		if err := os.Rename(partial, path); err != nil {
			return fmt.Errorf("%w: %w", reencrypt.ErrWrite, err)
		}
		return durable.SyncDir(filepath.Dir(path))
	}
	if err := h.Check(path); err != nil {
		return err
	}
	if info, err := os.Stat(partial); err == nil && info.Size() == 0 { // the lock made it
		return os.Remove(partial)
	}
	return nil
}
