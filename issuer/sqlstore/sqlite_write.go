package sqlstore

import (
	"context"
	"encoding/hex"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

const (
	liteInsertCard = "INSERT INTO cards (" + cardColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	liteUpdateCard = `UPDATE cards SET product = $2, pan = $3, pan_hash = $4, reference = $5, block = $6, tries_used = $7,
		created = $8, changed = $9 WHERE token = $1`
	liteCountCard    = "UPDATE cards SET tries_used = $2 WHERE token = $1"
	liteInsertAnswer = "INSERT INTO answers (scope, key, fingerprint, outcome, given) VALUES ($1, $2, $3, $4, $5)"
	liteUseTicket    = "DELETE FROM tickets WHERE hash = $1"
	liteInsertTicket = "INSERT INTO tickets (hash, token, expires) VALUES ($1, $2, $3)"
	liteInsertMail   = "INSERT INTO mail (id, job, created) VALUES ($1, $2, $3)"
	liteInsertAudit  = `INSERT INTO audit (seq, time, actor, action, card, outcome, updated_by, description, trace, previous, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	liteMoveHead = "UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1"
)

// write implements tx.
func (t *liteTx) write(_ context.Context, ch *changes) (head audit.Head, err error) {
	for _, s := range liteWrites(ch) {
		if err := t.exec(s.text, s.args...); err != nil {
			return head, err
		}
	}
	if len(ch.Audit) > 0 {
		err = t.query(func(r row) error { return scanHead(r, &head) }, liteSelectHead)
	}
	return head, err
}

// liteWrites returns the statements that write the changes.
func liteWrites(ch *changes) (s []statement) {
	add := func(text string, args ...any) { s = append(s, statement{text, args}) }
	for id, a := range ch.Answers {
		add(liteInsertAnswer, []byte(id.Scope), []byte(id.Key), a.Fingerprint, a.Outcome, micros(a.Given))
	}
	card := func(text string, c *issuer.Card) {
		add(text, c.Token, c.Product, c.PAN, c.PANHash, c.Reference, c.Block, c.TriesUsed, micros(c.Created), micros(c.Changed))
	}
	for i := range ch.New {
		card(liteInsertCard, &ch.New[i])
	}
	for i := range ch.Updated {
		card(liteUpdateCard, &ch.Updated[i])
	}
	for i := range ch.Counted {
		add(liteCountCard, ch.Counted[i].Token, ch.Counted[i].TriesUsed)
	}
	for _, hash := range ch.Used {
		add(liteUseTicket, hash)
	}
	for i := range ch.Tickets {
		add(liteInsertTicket, ch.Tickets[i].Hash, ch.Tickets[i].Token, micros(ch.Tickets[i].Expires))
	}
	for i := range ch.Mail {
		add(liteInsertMail, ch.Mail[i].ID, ch.Mail[i].Job, micros(ch.Mail[i].Created))
	}
	return s
}

// commit implements tx.
func (t *liteTx) commit(_ context.Context, entries []audit.Entry, head audit.Head) error {
	digest := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	for i := range entries {
		e := &entries[i]
		if err := t.exec(liteInsertAudit, e.Seq, micros(e.Time), e.Actor, e.Action, e.Card, e.Outcome, e.UpdatedBy, e.Description, e.Trace,
			digest(e.Previous), digest(e.Hash)); err != nil {
			return err
		}
	}
	if len(entries) > 0 {
		if err := t.exec(liteMoveHead, head.Seq, digest(head.Hash)); err != nil {
			return err
		}
	}
	if _, err := t.l.writer.ExecContext(context.Background(), "COMMIT"); err != nil {
		return err
	}
	t.open = false
	return nil
}

// execute implements engine.
func (l *lite) execute(ctx context.Context, statements []statement) error {
	t, err := l.start(ctx)
	if err != nil {
		return err
	}
	defer t.release()
	for _, s := range statements {
		if err := t.exec(s.text, s.args...); err != nil {
			return err
		}
	}
	return t.commit(ctx, nil, audit.Head{})
}
