// Package pair times two ways of doing one thing in the same run and tells how
// they compare. Machines are noisy and drift: what is timed is the processor's time,
// the two take turns, and what is told is the median of the ratios of neighbouring
// rounds.
package pair

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// Side is one of the two: F does the thing n times.
type Side struct {
	Name string
	F    func(n int)
}

// Result is what came out.
type Result struct {
	What         string
	Ours, Theirs float64 // ns a call, medians
	Ratio        float64 // theirs divided by ours, median over the rounds
	OursAllocs   float64
	TheirsAllocs float64
	Rounds       int
}

const (
	rounds = 9
	budget = 150 * time.Millisecond // a side and round
)

// Compare times ours against theirs.
func Compare(what string, ours, theirs Side) Result {
	nOurs, nTheirs := calibrate(ours.F), calibrate(theirs.F)
	var a, b, r []float64
	for range rounds {
		x, y := round(ours.F, nOurs), round(theirs.F, nTheirs)
		a, b, r = append(a, x), append(b, y), append(r, y/x)
	}
	return Result{What: what, Ours: median(a), Theirs: median(b), Ratio: median(r),
		OursAllocs: allocs(ours.F), TheirsAllocs: allocs(theirs.F), Rounds: rounds}
}

// Print writes one line.
func (r Result) Print(w io.Writer, ours, theirs string) {
	fmt.Fprintf(w, "%-28s %s %8.1f ns %4.0f allocs   %s %8.1f ns %4.0f allocs   ratio %.2f\n",
		r.What, ours, r.Ours, r.OursAllocs, theirs, r.Theirs, r.TheirsAllocs, r.Ratio)
}

// calibrate returns how many calls fill the budget.
func calibrate(f func(int)) int {
	n := 1
	for {
		start := spent()
		f(n)
		if d := spent() - start; d > budget/10 {
			return max(1, int(float64(n)*float64(budget)/float64(d)))
		}
		n *= 4
	}
}

func round(f func(int), n int) float64 {
	start := spent()
	f(n)
	return float64((spent() - start).Nanoseconds()) / float64(n)
}

func allocs(f func(int)) float64 {
	const n = 1000
	f(1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f(n)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
