// Command load drives the issuer's PIN service at saturation and prints what
// came out: requests for each second, and how long they took.
//
// The service is the real one, a process of its own behind HTTP on the loopback
// interface, and every request moves a try counter: each card gets a wrong PIN
// and the right one by turns. On PostgreSQL what counts is the ratio to pgbench,
// which updates rows of the same shape on the same server in the same run; on
// SQLite, the ratio to a commit for each request. The two sides of a ratio take
// turns, for machines are noisy.
//
// An answer that is not the one wanted ends it with an error; a slow one does not.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// plan is how much of everything there is.
type plan struct {
	clients int // connections, to the service and of pgbench
	cards   int
	rounds  int // of each side of a ratio
	warm    time.Duration
	measure time.Duration // each round
	pinion  string        // program of the service
	dir     string        // for whatever is needed, removed at the end
}

// stores are what there is to compare.
var stores = []struct {
	name string
	run  func(*plan) error
}{{"postgres", (*plan).postgres}, {"sqlite", (*plan).sqlite}}

func main() {
	p := plan{}
	flag.IntVar(&p.clients, "clients", 128, "connections at once, to the service and of pgbench")
	flag.IntVar(&p.cards, "cards", 4096, "registered cards")
	flag.IntVar(&p.rounds, "rounds", 3, "rounds of each side, of which the median counts")
	flag.DurationVar(&p.warm, "warm", 2*time.Second, "how long to warm up before the first round")
	flag.DurationVar(&p.measure, "measure", 8*time.Second, "how long a round is")
	flag.StringVar(&p.pinion, "pinion", "", "the service's `program` (built of this checkout unless it is given)")
	only := flag.String("store", "", "postgres or sqlite (both unless it is given)")
	flag.Parse()
	if err := p.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func (p *plan) run(only string) (err error) {
	switch {
	case flag.NArg() > 0:
		return errors.New("there are flags and no arguments")
	case p.clients < 1 || p.cards < p.clients || p.rounds < 1 || p.measure <= 0:
		return errors.New("it takes a client and a round at least, and a card for each client")
	}
	if p.dir, err = os.MkdirTemp("", "pinion-load"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(p.dir)) }()
	if p.pinion == "" {
		p.pinion = filepath.Join(p.dir, "pinion")
		if err := build(p.pinion); err != nil {
			return err
		}
	}
	fmt.Printf("verify, %d connections, %d cards, medians of %d rounds of %v, every request an update\n",
		p.clients, p.cards, p.rounds, p.measure)
	heading(os.Stdout)
	for _, s := range stores {
		if only != "" && only != s.name {
			continue
		}
		if err := s.run(p); err != nil {
			return err
		}
	}
	return nil
}
