package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pinion-hsm/pinion/issuer"
	"github.com/pinion-hsm/pinion/issuer/audit"
)

const (
	attempts   = 10               // of one transaction
	commitTime = 30 * time.Second // to wait for the answer to a COMMIT
)

// errChanges says that f returned what it does not hold: a mistake in the
// program, found before it is written over somebody else's work.
var errChanges = errors.New("issuer/sqlstore: changes to what was not claimed")

// Transact implements [issuer.Store].
//
// A panic in f rolls the transaction back and goes on. A connection that breaks
// before f was called is replaced and the transaction repeated; after it, the error
// is reported.
func (s *Store) Transact(ctx context.Context, c issuer.Claim, f func(context.Context, *issuer.Held) (issuer.Changes, error)) error {
	claim := tidy(c)
	return repeat(ctx, func() (bool, error) { return s.attempt(ctx, &claim, f) })
}

// attempt is one transaction. It reports whether to repeat it.
func (s *Store) attempt(ctx context.Context, c *issuer.Claim, f func(context.Context, *issuer.Held) (issuer.Changes, error)) (bool, error) {
	t, held, err := s.begin(ctx, c)
	if err != nil {
		return s.verdict(ctx, err, true)
	}
	defer t.release()
	ch, err := f(ctx, held)
	if err != nil {
		return false, err
	}
	if err := check(c, held, &ch); err != nil {
		return false, err
	}
	if nothing(&ch) {
		return false, nil
	}
	head, err := t.write(ctx, sorted(ch, held))
	if err != nil {
		return s.verdict(ctx, err, false)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if ch.Written != nil {
		ch.Written()
	}
	entries, head := audit.Chain(head, legible(ch.Audit))
	// From here on the outcome is waited for: whoever gave up must not be told that
	// it did not happen when it did.
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	if err := t.commit(sure, entries, head); err != nil {
		f := reason(s.engine, err)
		return f.kind == again, f
	}
	return false, nil
}

// verdict says what an error means before a COMMIT was sent, or of what may be
// done twice, and whether to try again. A connection that broke is a reason to if
// nothing depends on it yet.
func (s *Store) verdict(ctx context.Context, err error, early bool) (bool, error) {
	if err = failed(ctx, s.engine, err); err == nil {
		return false, nil
	}
	f, ok := errors.AsType[*fault](err)
	return ok && (f.kind == again || f.kind == broken && early), err
}

// repeat calls f until it is done, or need not be tried again, or too often.
func repeat(ctx context.Context, f func() (again bool, err error)) error {
	for try := 1; ; try++ {
		again, err := f()
		if !again || try == attempts {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// pause waits before the next try: longer each time, and not as long as others do.
func pause(ctx context.Context, try int) error {
	d := min(time.Millisecond<<try, 250*time.Millisecond)
	t := time.NewTimer(rand.N(d)) // no secret: spread alone matters
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tidy returns the claim sorted and without repeats, so that all transactions
// lock in the same order. Tokens that cannot be one of a card are left out.
func tidy(c issuer.Claim) issuer.Claim {
	sorted := func(b [][]byte) [][]byte {
		return slices.CompactFunc(slices.SortedFunc(slices.Values(b), bytes.Compare), bytes.Equal)
	}
	cards := slices.DeleteFunc(slices.Clone(c.Cards), func(t string) bool { return !isText(t) })
	slices.Sort(cards)
	answers := slices.SortedFunc(slices.Values(c.Answers), compareIDs)
	return issuer.Claim{
		Cards: slices.Compact(cards), PANs: sorted(c.PANs),
		Answers: slices.Compact(answers), Tickets: sorted(c.Tickets),
	}
}

func compareIDs(a, b issuer.AnswerID) int {
	return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Key, b.Key))
}

// check refuses changes that f had no right to make.
func check(c *issuer.Claim, held *issuer.Held, ch *issuer.Changes) error {
	for i := range ch.Updated {
		if _, ok := held.Cards[ch.Updated[i].Token]; !ok {
			return errChanges
		}
	}
	for id := range ch.Answers {
		_, given := held.Answers[id]
		if _, claimed := slices.BinarySearchFunc(c.Answers, id, compareIDs); given || !claimed {
			return errChanges
		}
	}
	for _, h := range ch.Used {
		if _, ok := held.Tickets[string(h)]; !ok {
			return errChanges
		}
	}
	return nil
}

func nothing(ch *issuer.Changes) bool {
	return len(ch.New)+len(ch.Updated)+len(ch.Answers)+len(ch.Tickets)+len(ch.Used)+len(ch.Mail)+len(ch.Audit) == 0
}

// isText reports whether a string can stand in a TEXT column of any database.
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// legible returns the events with replacement characters for what is no text, so
// that one request's strange description does not keep a whole group from being
// written.
func legible(events []audit.Event) []audit.Event {
	out := slices.Clone(events)
	for i := range out {
		e := &out[i]
		for _, s := range []*string{&e.Actor, &e.Action, &e.Card, &e.Outcome, &e.UpdatedBy, &e.Description, &e.Trace} {
			if !isText(*s) {
				*s = strings.ReplaceAll(strings.ToValidUTF8(*s, "\uFFFD"), "\x00", "\uFFFD")
			}
		}
	}
	return out
}
