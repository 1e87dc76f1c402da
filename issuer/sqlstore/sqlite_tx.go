package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/pinion-hsm/pinion/issuer"
)

// SQLite has no rows to lock: a transaction begins as the only one that writes,
// of all processes. Statements are of one row, prepared once: in the same process
// there is no round trip to save.
const (
	liteBegin = "BEGIN IMMEDIATE"

	liteSelectAnswer = "SELECT fingerprint, outcome, given FROM answers WHERE scope = $1 AND key = $2"
	liteSelectTicket = "SELECT hash, token, expires FROM tickets WHERE hash = $1"
	liteSelectPAN    = "SELECT pan_hash, token FROM cards WHERE pan_hash = $1"
	liteSelectHead   = "SELECT seq, hash FROM audit_head WHERE id = 1"
)

// liteTx is a transaction of SQLite. It has the writer.
type liteTx struct {
	l    *lite
	open bool
}

// start waits for the writer and begins a transaction.
func (l *lite) start(ctx context.Context) (*liteTx, error) {
	select {
	case <-l.turn:
	case <-l.ended:
		return nil, &fault{"it is closed", final}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	t := &liteTx{l: l}
	if _, err := l.writer.ExecContext(ctx, liteBegin); err != nil {
		// Where the context ended just after it began, there is one to roll back.
		t.open = ctx.Err() != nil
		t.release()
		return nil, err
	}
	t.open = true
	return t, nil
}

// release implements tx.
func (t *liteTx) release() {
	if t.open {
		_, _ = t.l.writer.ExecContext(context.Background(), "ROLLBACK")
	}
	t.l.turn <- struct{}{}
}

// stmt returns a statement of the writer, prepared.
func (t *liteTx) stmt(text string) (*sql.Stmt, error) {
	if s := t.l.stmts[text]; s != nil {
		return s, nil
	}
	s, err := t.l.writer.PrepareContext(context.Background(), text)
	if err == nil {
		t.l.stmts[text] = s
	}
	return s, err
}

// exec and query do not take the caller's context: they are short, and SQLite
// undoes the whole transaction where a statement is interrupted.
func (t *liteTx) exec(text string, args ...any) error {
	s, err := t.stmt(text)
	if err == nil {
		_, err = s.Exec(args...)
	}
	return err
}

// query calls take with the row, if there is one.
func (t *liteTx) query(take func(row) error, text string, args ...any) error {
	s, err := t.stmt(text)
	if err != nil {
		return err
	}
	if err = take(s.QueryRow(args...)); errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// begin implements engine.
func (l *lite) begin(ctx context.Context, c *issuer.Claim) (tx, *issuer.Held, error) {
	t, err := l.start(ctx)
	if err != nil {
		return nil, nil, err
	}
	held, err := t.read(c)
	if err != nil {
		t.release()
		return nil, nil, err
	}
	return t, held, nil
}

func (t *liteTx) read(c *issuer.Claim) (*issuer.Held, error) {
	held := &issuer.Held{
		Cards: make(map[string]issuer.Card, len(c.Cards)), PANs: map[string]string{},
		Answers: map[issuer.AnswerID]issuer.Answer{}, Tickets: map[string]issuer.Ticket{},
	}
	for _, id := range c.Answers {
		if err := t.query(func(r row) error { return takeAnswer(r, id, held) }, liteSelectAnswer, []byte(id.Scope), []byte(id.Key)); err != nil {
			return nil, err
		}
	}
	for _, hash := range c.Tickets {
		if err := t.query(func(r row) error { return takeTicket(r, held) }, liteSelectTicket, hash); err != nil {
			return nil, err
		}
	}
	for _, token := range c.Cards {
		if err := t.query(func(r row) error { return takeCard(r, held) }, selectCard, token); err != nil {
			return nil, err
		}
	}
	for _, hash := range c.PANs {
		if err := t.query(func(r row) error { return takePAN(r, held) }, liteSelectPAN, hash); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func takeAnswer(r row, id issuer.AnswerID, held *issuer.Held) error {
	var a issuer.Answer
	var given int64
	if err := r.Scan(&a.Fingerprint, &a.Outcome, &given); err != nil {
		return err
	}
	a.Given = instant(given)
	held.Answers[id] = a
	return nil
}
