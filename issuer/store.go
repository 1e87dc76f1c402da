package issuer

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// Store keeps cards, answers, tickets, mail and the audit log. It knows no
// secret and makes no decision: what to write is decided in the function that
// Transact calls.
//
// All methods may be called from many goroutines, and many processes may work on
// one database.
type Store interface {
	// Transact runs f in one transaction and writes what it returns, all or
	// nothing, durable when Transact returns nil. What the claim names is locked
	// before f is called: no other transaction, of any process, has it until the
	// end. The audit entries are chained to the log's end in the same transaction.
	//
	// f is called again if the database asks for the transaction to be repeated
	// (serialization failure, deadlock, a unique value taken meanwhile); what it
	// held before is void. An error of f ends the transaction, is returned as it
	// is, and nothing is written.
	//
	// An error that wraps ErrStore means that the database did not do it, or that
	// nobody knows: a connection lost at the commit.
	Transact(ctx context.Context, c Claim, f func(context.Context, *Held) (Changes, error)) error

	// Card returns a card as it was last committed, or ErrNoCard.
	Card(ctx context.Context, token string) (Card, error)
	// TokenOf returns the token of the card with this PAN hash, or ErrNoCard.
	TokenOf(ctx context.Context, panHash []byte) (string, error)

	// Audit returns the audit log from entry number first (1 is the oldest) on, in
	// order, as of one instant.
	Audit(ctx context.Context, first int64) iter.Seq2[audit.Entry, error]

	// Mail returns up to n mails that were not delivered, oldest first.
	Mail(ctx context.Context, n int) ([]Mail, error)
	// Delivered forgets a mail. One that is not there is no error.
	Delivered(ctx context.Context, id string) error

	// Prune forgets answers recorded before the given time, and tickets expired
	// before it.
	Prune(ctx context.Context, before time.Time) error

	// Ping does a write that leaves nothing behind, so that it fails where
	// requests would.
	Ping(ctx context.Context) error
	// Lanes is how many transactions at once serve the store best: 1 where it has
	// one writer.
	Lanes() int
	Close() error
}

// Claim is what a transaction locks. Entries may repeat.
type Claim struct {
	Cards   []string   // tokens, of cards that exist or that are to be made
	PANs    [][]byte   // PAN hashes of cards to be made
	Answers []AnswerID // answers that are to be given once
	Tickets [][]byte   // hashes of tickets to be used
}

// Held is what a transaction locked, as it stands. What is not there is not in
// the maps. f may not change it.
type Held struct {
	Cards   map[string]Card     // by token
	PANs    map[string]string   // token by PAN hash (as a string)
	Answers map[AnswerID]Answer // recorded before
	Tickets map[string]Ticket   // by hash (as a string)
}

// Changes is what a transaction writes.
type Changes struct {
	New     []Card // their tokens and PAN hashes are free
	Updated []Card // whole rows, of cards that are held
	Answers map[AnswerID]Answer
	Tickets []Ticket // new ones
	Used    [][]byte // hashes of tickets that are used now, and gone
	Mail    []Mail
	Audit   []audit.Event // in order

	// Written may be called when all of it is written and locked, and there is but
	// the commit to wait for: that is when another transaction is best begun.
	Written func()
}

// AnswerID names an answer that is given once: a key that a client chose, within
// a scope (the client and the kind of key) so that two clients' do not meet.
type AnswerID struct{ Scope, Key string }

// Answer is what was answered, without any PIN.
type Answer struct {
	Fingerprint []byte // keyed hash of the request, 32 bytes
	Outcome     []byte // JSON of an Outcome
	Given       time.Time
}

// Ticket is the right to reveal the PIN of one card once.
type Ticket struct {
	Hash    []byte // SHA-256 of the ticket, 32 bytes
	Token   string // of the card
	Expires time.Time
}

// Mail is a signed PIN mailer job on its way to the mailer.
type Mail struct {
	ID      string // 32 hex digits
	Job     []byte // JWS, compact
	Created time.Time
}

// The errors of a store.
var (
	ErrNoCard = errors.New("issuer: no such card")
	ErrStore  = errors.New("issuer: the store does not answer; trying again may help")
)
