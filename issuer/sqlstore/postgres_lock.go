package sqlstore

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pinion-hsm/pinion/issuer"
)

// Rows are locked in the order of the statements, and within one in the order of
// its keys. In READ COMMITTED each statement sees what was committed before it,
// and one that waited for a lock sees what the other left.
const (
	pgBegin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

	// A row that another transaction is putting in is waited for: it comes, and the
	// answer is known, or it does not, and this transaction gives the answer.
	pgPlaceAnswers = `INSERT INTO answers (scope, key) SELECT s, k FROM unnest($1::bytea[], $2::bytea[]) AS t (s, k)
		ON CONFLICT (scope, key) DO NOTHING`
	pgSelectAnswers = `SELECT a.scope, a.key, a.fingerprint, a.outcome, a.given
		FROM unnest($1::bytea[], $2::bytea[]) AS t (s, k) JOIN answers a ON a.scope = t.s AND a.key = t.k`
	pgLockTickets = "SELECT hash, token, expires FROM tickets WHERE hash = ANY ($1::bytea[]) ORDER BY hash FOR UPDATE"
	pgLockCards   = "SELECT " + cardColumns + " FROM cards WHERE token = ANY ($1::text[]) ORDER BY token FOR UPDATE"
	pgSelectPANs  = "SELECT pan_hash, token FROM cards WHERE pan_hash = ANY ($1::bytea[])"
)

// pgTx is a transaction of PostgreSQL.
type pgTx struct {
	conn   *pgxpool.Conn
	placed []issuer.AnswerID // rows of answers that are this transaction's
}

// begin implements engine, in one round trip.
func (p *postgres) begin(ctx context.Context, c *issuer.Claim) (tx, *issuer.Held, error) {
	t, err := p.acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	held, err := t.lock(ctx, c)
	if err != nil {
		t.release()
		return nil, nil, err
	}
	return t, held, nil
}

func (t *pgTx) lock(ctx context.Context, c *issuer.Claim) (*issuer.Held, error) {
	held := &issuer.Held{
		Cards: make(map[string]issuer.Card, len(c.Cards)), PANs: map[string]string{},
		Answers: map[issuer.AnswerID]issuer.Answer{}, Tickets: map[string]issuer.Ticket{},
	}
	b := &pgx.Batch{}
	b.Queue(pgBegin)
	if len(c.Answers) > 0 {
		scopes, keys := columnsOf(c.Answers)
		b.Queue(pgPlaceAnswers, scopes, keys)
		b.Queue(pgSelectAnswers, scopes, keys).Query(each(t.takeAnswer(held)))
	}
	if len(c.Tickets) > 0 {
		b.Queue(pgLockTickets, c.Tickets).Query(each(func(r row) error { return takeTicket(r, held) }))
	}
	if len(c.Cards) > 0 {
		b.Queue(pgLockCards, c.Cards).Query(each(func(r row) error { return takeCard(r, held) }))
	}
	if len(c.PANs) > 0 {
		b.Queue(pgSelectPANs, c.PANs).Query(each(func(r row) error { return takePAN(r, held) }))
	}
	if err := t.conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	if len(t.placed)+len(held.Answers) != len(c.Answers) {
		return nil, &fault{"an answer was forgotten meanwhile", again}
	}
	return held, nil
}

// each makes a function for one row one for a result.
func each(f func(row) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			if err := f(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// takeAnswer tells answers from the places of answers to come.
func (t *pgTx) takeAnswer(held *issuer.Held) func(row) error {
	return func(r row) error {
		var scope, key []byte
		var a issuer.Answer
		var given *int64
		if err := r.Scan(&scope, &key, &a.Fingerprint, &a.Outcome, &given); err != nil {
			return err
		}
		id := issuer.AnswerID{Scope: string(scope), Key: string(key)}
		if given == nil {
			t.placed = append(t.placed, id)
			return nil
		}
		a.Given = instant(*given)
		held.Answers[id] = a
		return nil
	}
}

func takeTicket(r row, held *issuer.Held) error {
	var t issuer.Ticket
	var expires int64
	if err := r.Scan(&t.Hash, &t.Token, &expires); err != nil {
		return err
	}
	t.Expires = instant(expires)
	held.Tickets[string(t.Hash)] = t
	return nil
}

func takeCard(r row, held *issuer.Held) error {
	c, err := scanCard(r)
	if err != nil {
		return err
	}
	held.Cards[c.Token] = c
	return nil
}

func takePAN(r row, held *issuer.Held) error {
	var hash []byte
	var token string
	if err := r.Scan(&hash, &token); err != nil {
		return err
	}
	held.PANs[string(hash)] = token
	return nil
}

// columnsOf returns the scopes and the keys.
func columnsOf(ids []issuer.AnswerID) (scopes, keys [][]byte) {
	for _, id := range ids {
		scopes, keys = append(scopes, []byte(id.Scope)), append(keys, []byte(id.Key))
	}
	return scopes, keys
}
