package main

import (
	"math/rand/v2"
	"sort"
	"time"
)

// searcher looks for a net for one S-box.
type searcher struct {
	rand     *rand.Rand
	targets  [4]uint64
	three    bool // gates of three inputs
	beam     int
	tries    int
	deadline time.Time
}

// round adds one output after the other, in every order, and keeps the smallest
// nets at each step. It returns the complete ones.
func (s *searcher) round() []*net {
	nets := []*net{newNet()}
	for range s.targets {
		var next []*net
		limit := most
		for _, n := range nets {
			for j, target := range s.targets {
				if n.done>>j&1 == 1 {
					continue
				}
				for range s.tries * max(1, s.beam/4/len(nets)) {
					if time.Now().After(s.deadline) {
						return nil
					}
					m := *n
					r, ok := s.build(&m, target, ^uint64(0), limit)
					if !ok {
						continue
					}
					m.out[j] = r
					m.done |= 1 << j
					next = append(next, &m)
				}
			}
			if len(next) > 3*s.beam {
				next = s.best(next)
				limit = next[len(next)-1].n + 1
			}
		}
		nets = s.best(next)
	}
	return nets
}

// best returns the smallest nets, of equals each once, in random order among
// those of one size.
func (s *searcher) best(nets []*net) []*net {
	s.rand.Shuffle(len(nets), func(i, j int) { nets[i], nets[j] = nets[j], nets[i] })
	sort.SliceStable(nets, func(i, j int) bool { return nets[i].n < nets[j].n })
	seen := map[uint64]bool{}
	kept := nets[:0]
	for _, n := range nets {
		h := uint64(n.done)
		for i := 6; i < n.n; i++ {
			v := min(n.val[i], ^n.val[i]) * 0x9e3779b97f4a7c15
			h += v ^ v>>29
		}
		if !seen[h] && len(kept) < s.beam {
			seen[h] = true
			kept = append(kept, n)
		}
	}
	return kept
}
