package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"iter"
	"time"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

// The columns of a card, in the order of scanCard.
const cardColumns = "token, product, pan, pan_hash, reference, block, tries_used, created, changed"

const (
	selectCard  = "SELECT " + cardColumns + " FROM cards WHERE token = $1"
	selectToken = "SELECT token FROM cards WHERE pan_hash = $1"
	selectMail  = "SELECT id, job, created FROM mail ORDER BY created, id LIMIT $1"
	selectAudit = `SELECT seq, time, actor, action, card, outcome, updated_by, description, trace, previous, hash
		FROM audit WHERE seq >= $1 ORDER BY seq`

	deleteMail   = "DELETE FROM mail WHERE id = $1"
	pruneAnswers = "DELETE FROM answers WHERE given < $1"
	pruneTickets = "DELETE FROM tickets WHERE expires < $1"
	insertProbe  = "INSERT INTO probe (id) VALUES ($1)"
	deleteProbe  = "DELETE FROM probe WHERE id = $1"
)

// row is a row of a result, of database/sql or of pgx.
type row interface{ Scan(dest ...any) error }

func scanCard(r row) (issuer.Card, error) {
	var c issuer.Card
	var created, changed int64
	err := r.Scan(&c.Token, &c.Product, &c.PAN, &c.PANHash, &c.Reference, &c.Block, &c.TriesUsed, &created, &changed)
	c.Created, c.Changed = instant(created), instant(changed)
	return c, err
}

// micros is how a time is stored, instant how it comes back.
func micros(t time.Time) int64   { return t.UnixMicro() }
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Card implements [issuer.Store].
func (s *Store) Card(ctx context.Context, token string) (c issuer.Card, err error) {
	if !isText(token) {
		return c, issuer.ErrNoCard
	}
	err = s.read(ctx, func() (err error) {
		c, err = scanCard(s.db.QueryRowContext(ctx, selectCard, token))
		return err
	})
	return c, err
}

// TokenOf implements [issuer.Store].
func (s *Store) TokenOf(ctx context.Context, panHash []byte) (token string, err error) {
	err = s.read(ctx, func() error {
		return s.db.QueryRowContext(ctx, selectToken, panHash).Scan(&token)
	})
	return token, err
}

// read reads one row, and says where there is none that there is no card.
func (s *Store) read(ctx context.Context, f func() error) error {
	return repeat(ctx, func() (bool, error) {
		err := f()
		if errors.Is(err, sql.ErrNoRows) {
			return false, issuer.ErrNoCard
		}
		return s.verdict(ctx, err, true)
	})
}

// Mail implements [issuer.Store].
func (s *Store) Mail(ctx context.Context, n int) ([]issuer.Mail, error) {
	rows, err := s.db.QueryContext(ctx, selectMail, n)
	if err != nil {
		return nil, failed(ctx, s.engine, err)
	}
	defer rows.Close()
	var mail []issuer.Mail
	for rows.Next() {
		var m issuer.Mail
		var created int64
		if err := rows.Scan(&m.ID, &m.Job, &created); err != nil {
			return nil, failed(ctx, s.engine, err)
		}
		m.Created = instant(created)
		mail = append(mail, m)
	}
	return mail, failed(ctx, s.engine, rows.Err())
}

// Delivered implements [issuer.Store].
func (s *Store) Delivered(ctx context.Context, id string) error {
	return s.write(ctx, statement{deleteMail, []any{id}})
}

// Prune implements [issuer.Store].
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	return s.write(ctx, statement{pruneAnswers, []any{micros(before)}}, statement{pruneTickets, []any{micros(before)}})
}

// Ping implements [issuer.Store]: it writes a row, takes it back, and commits.
func (s *Store) Ping(ctx context.Context) error {
	id := rand.Text()
	return s.write(ctx, statement{insertProbe, []any{id}}, statement{deleteProbe, []any{id}})
}

// write executes statements that may be executed twice in one transaction.
func (s *Store) write(ctx context.Context, statements ...statement) error {
	return repeat(ctx, func() (bool, error) { return s.verdict(ctx, s.execute(ctx, statements), true) })
}

// Audit implements [issuer.Store]. One query is one instant, in both databases.
func (s *Store) Audit(ctx context.Context, first int64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		rows, err := s.db.QueryContext(ctx, selectAudit, first)
		if err != nil {
			yield(audit.Entry{}, failed(ctx, s.engine, err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				yield(audit.Entry{}, failed(ctx, s.engine, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(audit.Entry{}, failed(ctx, s.engine, err))
		}
	}
}

func scanEntry(r row) (audit.Entry, error) {
	var e audit.Entry
	var us int64
	var previous, hash []byte
	err := r.Scan(&e.Seq, &us, &e.Actor, &e.Action, &e.Card, &e.Outcome, &e.UpdatedBy, &e.Description, &e.Trace, &previous, &hash)
	e.Time, e.Previous, e.Hash = instant(us), hex.EncodeToString(previous), hex.EncodeToString(hash)
	return e, err
}
