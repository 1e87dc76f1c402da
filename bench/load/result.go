package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// round is what one side of a ratio did in one of its turns.
type round struct {
	rate     float64 // requests or transactions a second
	p50, p99 time.Duration
}

// newRound puts together what was measured, of each request.
func newRound(took []time.Duration, d time.Duration) round {
	slices.Sort(took)
	return round{rate: float64(len(took)) / d.Seconds(), p50: quantile(took, 0.50), p99: quantile(took, 0.99)}
}

// quantile returns the smallest of sorted values that the fraction q of them does
// not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// middle returns the medians of rounds, which are of the same machine on a good
// and on a bad day.
func middle(rounds []round) round {
	return round{
		rate: median(rounds, func(r round) float64 { return r.rate }),
		p50:  median(rounds, func(r round) time.Duration { return r.p50 }),
		p99:  median(rounds, func(r round) time.Duration { return r.p99 }),
	}
}

func median[V any, N cmp.Ordered](values []V, of func(V) N) N {
	numbers := make([]N, len(values))
	for i, v := range values {
		numbers[i] = of(v)
	}
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}

// side is one of two that take turns.
type side struct {
	name string
	turn func() (round, error)
}

// compare lets two sides take turns, and prints both: of the first the ratio to
// the second, round by round, and what is wanted of it.
func (p *plan) compare(w io.Writer, ours, theirs side, wanted float64) error {
	var a, b []round
	var ratios []float64
	for range p.rounds {
		x, err := ours.turn()
		if err != nil {
			return err
		}
		y, err := theirs.turn()
		if err != nil {
			return err
		}
		a, b, ratios = append(a, x), append(b, y), append(ratios, x.rate/y.rate)
	}
	line(w, ours.name, middle(a), fmt.Sprintf("%.2f times the next line (wanted: at least %.1f)", median(ratios, func(f float64) float64 { return f }), wanted))
	line(w, theirs.name, middle(b), "")
	return nil
}

func heading(w io.Writer) {
	fmt.Fprintf(w, "%-38s %10s %9s %9s   ratio\n", "", "a second", "p50 ms", "p99 ms")
}

func line(w io.Writer, name string, r round, ratio string) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Fprintf(w, "%-38s %10.0f %9.2f %9.2f   %s\n", name, r.rate, ms(r.p50), ms(r.p99), ratio)
}
