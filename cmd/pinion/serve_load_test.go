package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pinion-hsm/pinion/issuer/audit"
	"github.com/pinion-hsm/pinion/keys"
)

// load is customers at work, and the judge of what they were told.
type load struct {
	t         *testing.T
	zone      keys.Key
	most      int // cards of each customer
	customers []*customer

	pans        atomic.Int64
	answered    atomic.Int64
	unavailable atomic.Int64 // answers that the service is not available
	failure     atomic.Pointer[error]
}

func newLoad(t *testing.T, zone keys.Key, customers, most int) *load {
	t.Helper()
	l := &load{t: t, zone: zone, most: most}
	for range customers {
		l.customers = append(l.customers, &customer{load: l, rand: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))})
	}
	return l
}

// fail notes what a customer was told and must not be.
func (l *load) fail(err error) { l.failure.CompareAndSwap(nil, &err) }

// run has every customer send requests until it returns false, and returns a
// function that waits for them.
func (l *load) run(more func(c *customer) bool) (wait func()) {
	var group sync.WaitGroup
	for _, c := range l.customers {
		group.Go(func() {
			for more(c) && l.failure.Load() == nil {
			}
		})
	}
	return group.Wait
}

// judge looks at every card with all customers quiet: it is there, the PIN that
// is revealed is the one that verifies, and all that was ever answered, the audit
// log and what the card is now are of one story.
func (l *load) judge(p *process) {
	l.t.Helper()
	log := l.log(p)
	l.run(func(c *customer) bool { c.settle(p, log); return false })()
	log = l.log(p)
	entries := 0
	for _, c := range l.customers {
		for _, h := range append(c.cards, c.lost...) {
			n, err := h.replay(log)
			require.NoError(l.t, err)
			entries += n
		}
	}
	require.Equal(l.t, entries, len(log), "the audit log has what nobody asked for")
	if err := l.failure.Load(); err != nil {
		require.NoError(l.t, *err)
	}
}

// log returns the audit log by trace.
func (l *load) log(p *process) map[string]audit.Entry {
	l.t.Helper()
	entries := p.auditLog(l.t)
	log := map[string]audit.Entry{}
	for _, e := range entries {
		log[e.Trace] = e
	}
	require.Equal(l.t, len(entries), len(log), "a request is in the audit log twice")
	return log
}

// settle ends what was not answered, and tries each card.
func (c *customer) settle(p *process, log map[string]audit.Entry) {
	must := func(d *dealing) {
		if !c.send(p, d) {
			c.load.fail(fmt.Errorf("%s of card %s is not answered, with nothing wrong any more", d.action, d.card.token))
		}
	}
	if c.open != nil {
		must(c.open)
		c.open = nil
	}
	lost := c.lost
	c.lost = nil
	for _, h := range lost { // a card that nobody was told of may be there
		if e, ok := log[h.history[0].traces[0]]; ok {
			h.token = e.Card
			c.cards = append(c.cards, h)
		}
	}
	for _, h := range c.cards {
		// The first takes the card's lock: what a dead process began is over then.
		must(h.reveal())
		must(h.status())
		right := c.load.pins(h, "pin.verify", "", h.pin)
		must(right)
		if right.outcome == "blocked" {
			must(h.unblock())
			must(c.load.pins(h, "pin.verify", "", h.pin))
		}
	}
}
