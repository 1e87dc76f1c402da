package sqlstore

import (
	"context"
	"encoding/hex"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// A table is written by one statement, whose arguments are its columns, however
// many rows there are.
const (
	pgCardArrays = `unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bigint[], $8::bigint[], $9::bigint[])`

	pgInsertCards = "INSERT INTO cards (" + cardColumns + ") SELECT * FROM " + pgCardArrays
	pgUpdateCards = `UPDATE cards SET product = n.product, pan = n.pan, pan_hash = n.pan_hash, reference = n.reference,
		block = n.block, tries_used = n.tries_used, created = n.created, changed = n.changed
		FROM ` + pgCardArrays + ` AS n (` + cardColumns + `) WHERE cards.token = n.token`
	pgCountCards = `UPDATE cards SET tries_used = n.tries_used FROM unnest($1::text[], $2::bigint[]) AS n (token, tries_used)
		WHERE cards.token = n.token`

	pgFillAnswers = `UPDATE answers SET fingerprint = n.fingerprint, outcome = n.outcome, given = n.given
		FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[]) AS n (scope, key, fingerprint, outcome, given)
		WHERE answers.scope = n.scope AND answers.key = n.key`
	pgLeaveAnswers = `DELETE FROM answers USING unnest($1::bytea[], $2::bytea[]) AS n (scope, key)
		WHERE answers.scope = n.scope AND answers.key = n.key`

	pgUseTickets    = "DELETE FROM tickets WHERE hash = ANY ($1::bytea[])"
	pgInsertTickets = "INSERT INTO tickets (hash, token, expires) SELECT * FROM unnest($1::bytea[], $2::text[], $3::bigint[])"
	pgInsertMail    = "INSERT INTO mail (id, job, created) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[])"

	pgLockHead    = "SELECT seq, hash FROM audit_head WHERE id = 1 FOR UPDATE"
	pgInsertAudit = `INSERT INTO audit (seq, time, actor, action, card, outcome, updated_by, description, trace, previous, hash)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		$10::bytea[], $11::bytea[])`
	pgMoveHead = "UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1"
	pgCommit   = "COMMIT"
)

// write implements tx, in one round trip.
func (t *pgTx) write(ctx context.Context, ch *changes) (head audit.Head, err error) {
	b := &pgx.Batch{}
	t.queueAnswers(b, &ch.Changes)
	if len(ch.New) > 0 {
		b.Queue(pgInsertCards, cardArrays(ch.New)...)
	}
	if len(ch.Updated) > 0 {
		b.Queue(pgUpdateCards, cardArrays(ch.Updated)...)
	}
	if len(ch.Counted) > 0 {
		b.Queue(pgCountCards,
			column(ch.Counted, func(c *issuer.Card) string { return c.Token }),
			column(ch.Counted, func(c *issuer.Card) int64 { return int64(c.TriesUsed) }))
	}
	if len(ch.Used) > 0 {
		b.Queue(pgUseTickets, ch.Used)
	}
	if len(ch.Tickets) > 0 {
		b.Queue(pgInsertTickets,
			column(ch.Tickets, func(t *issuer.Ticket) []byte { return t.Hash }),
			column(ch.Tickets, func(t *issuer.Ticket) string { return t.Token }),
			column(ch.Tickets, func(t *issuer.Ticket) int64 { return micros(t.Expires) }))
	}
	if len(ch.Mail) > 0 {
		b.Queue(pgInsertMail,
			column(ch.Mail, func(m *issuer.Mail) string { return m.ID }),
			column(ch.Mail, func(m *issuer.Mail) []byte { return m.Job }),
			column(ch.Mail, func(m *issuer.Mail) int64 { return micros(m.Created) }))
	}
	if len(ch.Audit) > 0 {
		b.Queue(pgLockHead).QueryRow(func(r pgx.Row) error { return scanHead(r, &head) })
	}
	if b.Len() == 0 {
		return head, nil
	}
	return head, t.conn.SendBatch(ctx, b).Close()
}

// queueAnswers fills the places of the answers that were given and gives up the
// others.
func (t *pgTx) queueAnswers(b *pgx.Batch, ch *issuer.Changes) {
	var given, left []issuer.AnswerID
	var answers []issuer.Answer
	for _, id := range t.placed {
		if a, ok := ch.Answers[id]; ok {
			given, answers = append(given, id), append(answers, a)
		} else {
			left = append(left, id)
		}
	}
	if len(given) > 0 {
		scopes, keys := columnsOf(given)
		b.Queue(pgFillAnswers, scopes, keys,
			column(answers, func(a *issuer.Answer) []byte { return a.Fingerprint }),
			column(answers, func(a *issuer.Answer) []byte { return a.Outcome }),
			column(answers, func(a *issuer.Answer) int64 { return micros(a.Given) }))
	}
	if len(left) > 0 {
		scopes, keys := columnsOf(left)
		b.Queue(pgLeaveAnswers, scopes, keys)
	}
}

// commit implements tx, in one round trip.
func (t *pgTx) commit(ctx context.Context, entries []audit.Entry, head audit.Head) error {
	b := &pgx.Batch{}
	if len(entries) > 0 {
		hash, err := hex.DecodeString(head.Hash)
		if err != nil {
			return err
		}
		b.Queue(pgInsertAudit, entryArrays(entries)...)
		b.Queue(pgMoveHead, head.Seq, hash)
	}
	b.Queue(pgCommit).Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != pgCommit { // a COMMIT of what failed before is a ROLLBACK
			return &fault{"it did not commit", final}
		}
		return nil
	})
	return t.conn.SendBatch(ctx, b).Close()
}

// release implements tx. The pool closes a connection that is still in a
// transaction.
func (t *pgTx) release() {
	if c := t.conn.Conn(); !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.Background(), pgRollback)
		defer cancel()
		_, _ = t.conn.Exec(ctx, "ROLLBACK")
	}
	t.conn.Release()
}

func scanHead(r row, head *audit.Head) error {
	var hash []byte
	err := r.Scan(&head.Seq, &hash)
	head.Hash = hex.EncodeToString(hash)
	return err
}
