package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// customer is a client of the service with cards of its own, that deals with them
// at random. It sends one request at a time.
type customer struct {
	load  *load
	rand  *rand.Rand
	cards []*holding
	lost  []*holding // whose registration was not answered and not sent again
	open  *dealing   // not answered, and to be sent again with its idempotency key
}

// step sends one request. It returns whether it was answered.
func (c *customer) step(p *process) bool {
	d := c.open
	if d == nil {
		d = c.next()
	}
	answered := c.send(p, d)
	c.open = nil
	switch {
	case answered:
	case d.once != "":
		c.open = d
	case d.action == "card.register":
		c.lost = append(c.lost, d.card)
	default:
		d.card.pin = "" // who knows
	}
	return answered
}

// next returns a request at random: mostly about PINs that are wrong, for most
// can go wrong there. Of the product default a wrong PIN is never sent: one in ten
// thousand has the PVV of the right one.
func (c *customer) next() *dealing {
	if len(c.cards) == 0 || len(c.cards) < c.load.most && c.rand.IntN(20) == 0 {
		return c.register()
	}
	h := c.cards[c.rand.IntN(len(c.cards))]
	if h.pin == "" {
		return h.reveal()
	}
	n := c.rand.IntN(100)
	if h.product == "default" && n < 45 {
		n += 45
	}
	switch {
	case n < 38:
		return c.verify(h, c.other(h))
	case n < 45:
		return c.once(c.load.pins(h, "pin.change", c.other(h), c.other(h)))
	case n < 60:
		return c.verify(h, h.pin)
	case n < 70:
		return c.once(c.load.pins(h, "pin.change", h.pin, c.other(h)))
	case n < 82:
		return c.once(c.load.pins(h, "pin.set", "", c.other(h)))
	case n < 87:
		return c.once(&dealing{card: h, action: "pin.generate", method: "POST", path: h.path("/generate"), body: "{}"})
	case n < 95:
		return c.once(h.unblock())
	}
	return h.reveal()
}

// send sends a request, again or for the first time, and notes the answer. It
// returns whether there was one.
func (c *customer) send(p *process, d *dealing) bool {
	if len(d.traces) == 0 {
		d.card.history = append(d.card.history, d)
	}
	trace := fmt.Sprintf("%016x%016x", c.rand.Uint64(), c.rand.Uint64())
	d.traces = append(d.traces, trace)
	header := []string{"Traceparent", "00-" + trace + "-00f067aa0ba902b7-00"}
	if d.once != "" {
		header = append(header, "Idempotency-Key", d.once)
	}
	status, body, err := p.do(d.method, d.path, d.body, header...)
	if err != nil {
		return false
	}
	if status == http.StatusServiceUnavailable {
		c.load.unavailable.Add(1)
		return false
	}
	if err := c.load.note(d, status, body); err != nil {
		c.load.fail(fmt.Errorf("%s %s: status %d, %s: %w", d.method, d.path, status, body, err))
	}
	c.learn(d)
	c.load.answered.Add(1)
	return true
}

// note reads an answer.
func (l *load) note(d *dealing, status int, body []byte) error {
	var a struct {
		Type           string
		PublicToken    string
		Verified       bool
		PINBlock       string
		RemainingTries json.RawMessage // a number, or of the status a text
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &a); err != nil {
			return err
		}
	}
	d.left = -1
	if len(a.RemainingTries) > 0 {
		if _, err := fmt.Sscan(strings.Trim(string(a.RemainingTries), `"`), &d.left); err != nil {
			return err
		}
	}
	switch {
	case status == http.StatusForbidden && a.Type == "/docs#pin-blocked":
		d.outcome = "blocked"
	case status == http.StatusForbidden && a.Type == "/docs#wrong-pin",
		status == http.StatusOK && d.action == "pin.verify" && !a.Verified:
		d.outcome = "wrong-pin"
	case status == http.StatusOK, status == http.StatusCreated, status == http.StatusNoContent:
		d.outcome = "ok"
	default:
		return fmt.Errorf("is no answer to %s", d.action)
	}
	d.token = a.PublicToken
	if a.PINBlock == "" {
		return nil
	}
	block, err := hex.DecodeString(a.PINBlock)
	if err != nil {
		return err
	}
	pin, err := pinblock.Open(l.t.Context(), l.zone, pinblock.ISO0, block, d.card.pan)
	d.shown = clear.Digits(pin)
	return err
}

// learn is what an answer says to the client.
func (c *customer) learn(d *dealing) {
	h := d.card
	switch {
	case d.outcome != "ok":
	case d.action == "card.register":
		h.token = d.token
		c.cards = append(c.cards, h)
	case d.action == "pin.generate":
		h.pin = ""
	case d.action == "pin.reveal":
		h.pin = d.shown
	case d.action == "pin.set", d.action == "pin.change":
		h.pin = d.pin
	}
}
