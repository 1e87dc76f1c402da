package issuer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pinion-hsm/pinion/issuer/audit"
)

// job is one request on its way through a group.
type job struct {
	action  string // as the audit log calls it
	card    string // token of the card it is about
	panHash []byte // PAN hash that it is to take, when it makes a card
	ticket  []byte // hash of the ticket it is to use
	request Request

	// do decides under the locks what the request does. It may be called again if
	// the transaction is. An error means that nothing is done or written.
	do func(ctx context.Context, w *work) (Outcome, error)

	ctx      context.Context
	outcome  Outcome
	err      error
	answered chan struct{}
}

// strand returns what jobs must have in common to be done one after the other.
func (j *job) strand() string { return j.card }

// names returns what a job must not share with one of another strand in the same
// group, because one would have to see what the other does.
func (j *job) names() []string {
	var names []string
	if o := j.request.Once; o != nil {
		names = append(names, "answer "+o.ID.Scope+" "+o.ID.Key)
	}
	if j.panHash != nil {
		names = append(names, "PAN "+string(j.panHash))
	}
	if j.ticket != nil {
		names = append(names, "ticket "+string(j.ticket))
	}
	return names
}

// answer ends the job for whoever waits.
func (j *job) answer() { close(j.answered) }

// work is what a job sees of the store while it is done, and what it writes
// there.
type work struct {
	s    *Service
	g    *group
	held *Held
	j    *job
	view *view // the card as earlier jobs of the group leave it

	changes Changes
	updated bool
}

// view is a card within a group.
type view struct {
	card   Card
	exists bool
	used   [][]byte // tickets
}

// update writes the card.
func (w *work) update(c Card) {
	w.view.card, w.updated = c, true
}

// create makes the card.
func (w *work) create(c Card) {
	w.view.card, w.view.exists = c, true
}

// use uses a ticket up.
func (w *work) use(hash []byte) error {
	for _, u := range w.view.used {
		if bytes.Equal(u, hash) {
			return ErrTicket
		}
	}
	w.view.used = append(slices.Clip(w.view.used), hash)
	w.changes.Used = [][]byte{hash}
	return nil
}

// event writes the audit log.
func (w *work) event(outcome Result) {
	w.changes.Audit = append(w.changes.Audit, audit.Event{
		Time: w.s.now(), Actor: w.j.request.Actor, Action: w.j.action, Card: w.j.card, Outcome: string(outcome),
		UpdatedBy: w.j.request.UpdatedBy, Description: w.j.request.Description, Trace: w.j.request.Trace,
	})
}

// once returns what was answered to the job's request before: by an earlier job
// of the strand, or as it is recorded.
func (w *work) once(earlier map[AnswerID]Answer) (o Outcome, found bool, err error) {
	if w.j.request.Once == nil {
		return Outcome{}, false, nil
	}
	a, found := earlier[w.j.request.Once.ID]
	if !found {
		a, found = w.held.Answers[w.j.request.Once.ID]
	}
	if !found {
		return Outcome{}, false, nil
	}
	if !bytes.Equal(a.Fingerprint, w.j.request.Once.Fingerprint) {
		return Outcome{}, true, ErrReused
	}
	if err := json.Unmarshal(a.Outcome, &o); err != nil {
		return Outcome{}, true, fmt.Errorf("%w: a recorded answer cannot be read", ErrStore)
	}
	o.Replayed = true
	return o, true, nil
}

// record keeps the answer.
func (w *work) record(o Outcome) error {
	if w.j.request.Once == nil {
		return nil
	}
	text, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("issuer: an outcome has no JSON: %w", err)
	}
	w.changes.Answers = map[AnswerID]Answer{w.j.request.Once.ID: {
		Fingerprint: w.j.request.Once.Fingerprint, Outcome: text, Given: w.s.now(),
	}}
	return nil
}
