// Package audit is an append-only log chained by hashes: each entry carries the
// SHA-256 of itself and its predecessor's hash, so an entry that was changed,
// removed or put in later breaks every hash after it. It says who did what to
// which card and why, and holds no PIN data.
//
// A store calls [Chain] for the events of a transaction, and whoever has the log calls
// [Verify]; "pinion audit verify" does so with a store or an exported file.
//
// A chain shows that its inside was not touched. That its end was not cut off,
// or the whole of it written anew, shows only to whoever kept a later hash:
// export the log, or its last hash, to where its writers cannot go.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Event is what happened.
type Event struct {
	Time        time.Time `json:"time"` // UTC, microseconds
	Actor       string    `json:"actor"`
	Action      string    `json:"action"`  // like "pin.verify"
	Card        string    `json:"card"`    // public token
	Outcome     string    `json:"outcome"` // like "ok", "wrong-pin", "blocked"
	UpdatedBy   string    `json:"updatedBy,omitempty"`
	Description string    `json:"description,omitempty"`
	Trace       string    `json:"trace,omitempty"` // trace identifier of the request
}

// Entry is an event in its place in the log.
type Entry struct {
	Seq int64 `json:"seq"` // 1 is the oldest
	Event
	Previous string `json:"previous"` // hash of the entry before, 64 hex digits; of the first, 64 zeros
	Hash     string `json:"hash"`     // 64 hex digits
}

// Head is the end of a log: the number and hash of its last entry.
type Head struct {
	Seq  int64
	Hash string // 64 hex digits
}

// Start is the head of an empty log.
func Start() Head { return Head{Hash: strings.Repeat("0", 2*sha256.Size)} }

// Chain returns the events as the entries that follow head, and the new head.
func Chain(head Head, events []Event) ([]Entry, Head) {
	entries := make([]Entry, len(events))
	for i, ev := range events {
		ev.Time = ev.Time.UTC().Truncate(time.Microsecond)
		e := Entry{Seq: head.Seq + 1, Event: ev, Previous: head.Hash}
		e.Hash = e.digest()
		entries[i], head = e, Head{Seq: e.Seq, Hash: e.Hash}
	}
	return entries, head
}

// digest returns the hash of everything in the entry but its hash. Each field
// goes in with its length before it, so that no two entries have one encoding.
func (e *Entry) digest() string {
	b := make([]byte, 0, 512)
	number := func(v int64) { b = binary.BigEndian.AppendUint64(b, uint64(v)) }
	text := func(s string) {
		number(int64(len(s)))
		b = append(b, s...)
	}
	text("pinion audit 1")
	text(e.Previous)
	number(e.Seq)
	number(e.Time.UnixMicro())
	for _, s := range []string{e.Actor, e.Action, e.Card, e.Outcome, e.UpdatedBy, e.Description, e.Trace} {
		text(s)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ErrBroken says that a log was changed after it was written. The error that
// wraps it says where.
var ErrBroken = errors.New("issuer/audit: the log is not as it was written")

// Verify walks a log from the entry after head and returns the head at its end.
// For a whole log head is [Start]. The error wraps [ErrBroken] or is that of entries,
// and with one the head is the last that is as it was written.
func Verify(head Head, entries iter.Seq2[Entry, error]) (Head, error) {
	for e, err := range entries {
		if err != nil {
			return head, err
		}
		switch {
		case e.Seq != head.Seq+1:
			return head, fmt.Errorf("%w: after entry %d comes entry %d", ErrBroken, head.Seq, e.Seq)
		case e.Previous != head.Hash:
			return head, fmt.Errorf("%w: entry %d does not follow the entry before it", ErrBroken, e.Seq)
		case e.Hash != e.digest():
			return head, fmt.Errorf("%w: entry %d was changed", ErrBroken, e.Seq)
		}
		head = Head{Seq: e.Seq, Hash: e.Hash}
	}
	return head, nil
}
