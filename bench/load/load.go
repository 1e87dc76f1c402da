package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target is a service with its cards.
type target struct {
	*service
	plan  *plan
	cards []card
}

// target starts a service, registers its cards and warms it up.
func (p *plan) target(name, store string, flags ...string) (*target, error) {
	s, err := p.start(name, store, flags...)
	if err != nil {
		return nil, err
	}
	t := &target{service: s, plan: p}
	if t.cards, err = p.register(s); err == nil {
		_, err = t.drive(p.warm)
	}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return t, nil
}

// side is the target as one side of a ratio.
func (t *target) side(name string) side {
	return side{name, func() (round, error) { return t.drive(t.plan.measure) }}
}

// each runs f for every client at once, until all are done or one has failed.
func (p *plan) each(f func(client int) error) error {
	errs := make([]error, p.clients)
	var wait sync.WaitGroup
	for i := range p.clients {
		wait.Go(func() { errs[i] = f(i) })
	}
	wait.Wait()
	return cmp.Or(errs...) // others failed for the same reason, or because it did
}

// drive sends requests from all clients, each as soon as the one before is
// answered, for a time.
func (t *target) drive(d time.Duration) (round, error) {
	took := make([][]time.Duration, t.plan.clients)
	var end atomic.Bool
	timer := time.AfterFunc(d, func() { end.Store(true) })
	defer timer.Stop()
	start := time.Now()
	err := t.plan.each(func(client int) (err error) {
		took[client], err = t.follow(client, start.Add(d+answerTime), &end)
		if err != nil {
			end.Store(true)
		}
		return err
	})
	return newRound(slices.Concat(took...), time.Since(start)), err
}

// follow is one client: it goes round its cards, with a wrong PIN and the right
// one by turns.
func (t *target) follow(client int, deadline time.Time, end *atomic.Bool) (took []time.Duration, err error) {
	c, err := dial(t.Address)
	if err != nil {
		return nil, err
	}
	defer c.net.Close()
	if err := c.net.SetDeadline(deadline); err != nil {
		return nil, err
	}
	for i := client; !end.Load(); i += t.plan.clients {
		if i >= len(t.cards) {
			i = client
		}
		start := time.Now()
		if err := t.cards[i].send(c); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

var (
	isRight = []byte(`{"verified":true}`)
	isWrong = []byte(`{"verified":false,"remainingTries":2}`)
)

// send has the card's next PIN verified, and checks the verdict.
func (k *card) send(c *conn) error {
	request, want := k.wrong, isWrong
	if k.next {
		request, want = k.right, isRight
	}
	k.next = !k.next
	status, body, err := c.do(request)
	if err != nil {
		return err
	}
	if status != 200 || !bytes.Equal(body, want) {
		return fmt.Errorf("a PIN was verified with status %d and answer %s, not %s", status, body, want)
	}
	return nil
}
