package main

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/pinblock"
)

// dealing is one request about a card and what its client was told.
type dealing struct {
	card *holding

	action       string // as the audit log calls it; "" for one that it does not have
	method, path string
	body         string
	once         string // idempotency key, may be ""
	current, pin string // PINs that it sends: the current one, and the one to verify or to set

	traces  []string // identifiers of its trace, of each time that it was sent
	outcome string   // as it was answered and the audit log must have it; "" is no answer
	left    int      // tries that were told to be left, -1 if nothing was told
	shown   string   // PIN that was revealed
	token   string   // of a card that was registered
}

// holding is a card at its client, who sends one request about it at a time and
// so knows their order.
type holding struct {
	token, product string
	pan            pinblock.PAN
	history        []*dealing

	pin string // what the client takes it to be, "" where it does not know
}

const maxTries = 3

// account is what a card must be after a part of its history.
type account struct {
	pin   string // "" for one that was drawn and was not seen yet
	tries int    // used
}

// replay goes through the history of a card with the audit log, by trace. What
// was answered is in the log once, as it was answered; what was not is in the log
// once or never, which says whether it was done. The answers, the log and the
// state must be of one story. It returns how many entries of the log are the
// card's.
func (h *holding) replay(log map[string]audit.Entry) (entries int, err error) {
	var a account
	var last int64
	for i, d := range h.history {
		done, err := d.entry(log)
		if err == nil && done == nil {
			err = a.told(d)
		}
		if err == nil && done != nil {
			entries++
			if done.Seq < last {
				err = errors.New("is in the audit log before what came before it")
			} else {
				last = done.Seq
				err = a.move(d, done.Outcome)
			}
		}
		if err != nil {
			return entries, fmt.Errorf("request %d of %d about card %s (%s), %s, answered %q: %w; before it: %+v",
				i+1, len(h.history), h.token, h.product, d.action, d.outcome, err, a)
		}
	}
	return entries, nil
}

// entry returns what the audit log has of the request, nil if nothing.
func (d *dealing) entry(log map[string]audit.Entry) (*audit.Entry, error) {
	var found []audit.Entry
	for _, trace := range d.traces {
		if e, ok := log[trace]; ok {
			found = append(found, e)
		}
	}
	switch {
	case len(found) > 1:
		return nil, errors.New("was executed twice")
	case len(found) == 0 && d.action != "" && d.outcome != "":
		return nil, errors.New("was answered and is not in the audit log")
	case len(found) == 0:
		return nil, nil
	case found[0].Action != d.action || found[0].Card != d.card.token:
		return nil, fmt.Errorf("is in the audit log as %s of card %s", found[0].Action, found[0].Card)
	case d.outcome != "" && found[0].Outcome != d.outcome:
		return nil, fmt.Errorf("is in the audit log as %q", found[0].Outcome)
	}
	return &found[0], nil
}

// told compares what was told with what must be.
func (a *account) told(d *dealing) error {
	if d.outcome != "" && d.left >= 0 && d.left != maxTries-a.tries {
		return fmt.Errorf("told of %d tries left", d.left)
	}
	return nil
}

// move does what a request does to a card, and compares it with what the log says
// that it did.
func (a *account) move(d *dealing, outcome string) error {
	want := "ok"
	switch d.action {
	case "card.register", "pin.generate":
		a.pin = ""
	case "pin.set":
		a.pin = d.pin
	case "pin.unblock":
		a.tries = 0
	case "pin.reveal":
		if d.shown != "" && a.pin != "" && d.shown != a.pin {
			return errors.New("showed another PIN than was set last")
		}
		if d.shown != "" {
			a.pin = d.shown
		}
	case "pin.verify":
		want = a.try(d.pin, outcome)
	case "pin.change":
		if want = a.try(d.current, outcome); want == "ok" {
			a.pin = d.pin
		}
	}
	if outcome != want {
		return fmt.Errorf("came out as %q and not as %q", outcome, want)
	}
	return a.told(d)
}

// try compares a PIN with the card's and returns what must come of it. Where
// nobody has seen the card's PIN yet, what came of it says something of it.
func (a *account) try(pin, outcome string) string {
	switch {
	case a.tries >= maxTries:
		return "blocked"
	case a.pin == "" && outcome == "ok":
		a.pin = pin
	case a.pin == "" || a.pin != pin:
		a.tries++
		return "wrong-pin"
	}
	a.tries = 0
	return "ok"
}
