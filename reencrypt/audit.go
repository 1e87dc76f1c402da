package reencrypt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/pinion-hsm/pinion/internal/durable"
	"github.com/pinion-hsm/pinion/internal/flock"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// maxAudit is how long a log may be to be continued.
const maxAudit = 64 << 20

// auditAction is what the entries of this package are about.
const auditAction = "portfolio.reencrypt"

// Enter continues an audit log, a file, by an entry about a manifest, unless it is
// there. The log is NDJSON, as "pinion audit export" writes it. It is verified first: a
// log that was changed is not continued, and the error is [ErrAudit]. So is one whose
// last line is not whole: whether it was cut off or never written cannot be told. A last
// entry that lacks nothing but the end of its line is kept.
func (m *Manifest) Enter(path string) error {
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	unlock, err := flock.Lock(patience, path)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%w: %w", ErrAudit, err)
	}
	if unlock != nil {
		defer unlock()
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAudit, err)
	}
	err = continueLog(f, m)
	if closing := f.Close(); err == nil && closing != nil {
		err = fmt.Errorf("%w: %w", ErrAudit, closing)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path))
	}
	return err
}

func continueLog(f *os.File, m *Manifest) error {
	digest, err := m.SHA256()
	if err != nil {
		return err
	}
	log, err := io.ReadAll(io.LimitReader(f, maxAudit+1))
	if err != nil || len(log) > maxAudit {
		return fmt.Errorf("%w: it is too long, or cannot be read", ErrAudit)
	}
	whole := log[:bytes.LastIndexByte(log, '\n')+1]
	head, there, err := walk(audit.Start(), whole, digest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAudit, err)
	}
	var add []byte
	if last := log[len(whole):]; len(last) > 0 {
		add = []byte("\n")
		var now bool
		if head, now, err = walk(head, last, digest); err != nil {
			return fmt.Errorf("%w: what follows entry %d is no whole entry: the log was cut off there, or a run ended while it wrote; "+
				"look for entry %d in a copy of the log, and only then remove that line", ErrAudit, head.Seq, head.Seq+1)
		}
		there = there || now
	}
	if !there {
		entries, _ := audit.Chain(head, []audit.Event{m.event(digest)})
		line, err := json.Marshal(entries[0])
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAudit, err)
		}
		add = append(append(add, line...), '\n')
	}
	return put(f, add, int64(len(log)))
}

// walk verifies lines that follow head. It returns the head at their end, and whether
// one of them is the entry about the manifest of a digest.
func walk(head audit.Head, lines []byte, digest string) (end audit.Head, there bool, err error) {
	end, err = audit.Verify(head, func(yield func(audit.Entry, error) bool) {
		for e, err := range audit.Lines(bytes.NewReader(lines)) {
			there = there || e.Action == auditAction && e.Trace == digest
			if !yield(e, err) {
				return
			}
		}
	})
	return end, there, err
}

// put adds to a log at its end, or leaves it as long as it was.
func put(f *os.File, add []byte, end int64) error {
	_, err := f.WriteAt(add, end)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAudit, errors.Join(err, f.Truncate(end)))
	}
	return nil
}

// event says in the log what the manifest is, and in short what is in it.
func (m *Manifest) event(digest string) audit.Event {
	outcome := "ok"
	if m.Rejected > 0 {
		outcome = "rejects"
	}
	name := ""
	if m.Output != nil {
		name = m.Output.Name
	}
	return audit.Event{
		Time: m.Finished, Actor: "pinion reencrypt", Action: auditAction, Outcome: outcome, Trace: digest,
		Description: fmt.Sprintf("%s: %d rows, %d rejected, from %s (KCV %s, %s) to %s (KCV %s, %s); the trace is the SHA-256 of the manifest",
			name, m.Rows, m.Rejected, m.From.Label, m.From.KCV, m.From.Format, m.To.Label, m.To.KCV, m.To.Format),
	}
}
