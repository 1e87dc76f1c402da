package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

// A circuit has more values than the machine has registers. plan puts its gates
// in an order and its values in registers, some of them for a time in memory.

// step is one instruction, or for load and out the few that belong together.
// Registers are numbers from 0; slots are places in memory.
type step struct {
	op    string // load, spill, reload, copy, out, or the operation of a gate
	dst   int    // register; of spill the slot
	a, b  int    // registers; of reload a is a slot
	slot  bool   // b is a slot: the instruction reads it from memory
	table uint8  // of lut, with dst, a and b as its inputs
	port  int    // input or output of the S-box, from 0
	not   bool   // of out: its complement
}

// weight is what a step costs, about, in instructions that need a port.
func (s step) weight() int {
	switch s.op {
	case "load", "out":
		return 2
	case "copy":
		return 1 // done by renaming, but it has to be fetched and retired
	default:
		return 2
	}
}

// node is a gate with its inputs as numbers of values: 0 to 5 are the inputs of
// the circuit, and the rest its gates in the order in which they stand.
type node struct {
	circuit.Gate
	value int
	args  []int
	outs  []step // outputs that are this value
}

// nodes numbers the values.
func nodes(c circuit.Circuit) []node {
	number := map[string]int{}
	for j := range 6 {
		number[fmt.Sprint("x", j+1)] = j
	}
	var list []node
	for _, g := range c {
		if strings.HasPrefix(g.Name, "y") && (g.Op == "is" || g.Op == "not") {
			i := number[g.Args[0]] - 6 // an output is never an input as it is
			list[i].outs = append(list[i].outs, step{op: "out", port: int(g.Name[1] - '1'), not: g.Op == "not"})
			continue
		}
		n := node{Gate: g, value: 6 + len(list)}
		for _, a := range g.Args {
			n.args = append(n.args, number[a])
		}
		number[g.Name] = n.value
		list = append(list, n)
	}
	return list
}

// plan returns the cheapest of many plans for so many registers, and how many
// slots in memory it needs.
func plan(c circuit.Circuit, registers int) (best []step, slots int) {
	list := nodes(c)
	r := rand.New(rand.NewPCG(46, 3)) // always the same: the output is committed
	cost := math.MaxInt
	for range 1000 {
		p := newPlanner(order(list, r), registers)
		p.run()
		total := 0
		for _, s := range p.steps {
			total += s.weight()
		}
		if total < cost {
			cost, best, slots = total, p.steps, len(p.slots)
		}
	}
	return best, slots
}

// order draws an order of the gates in which few values are alive at a time: of
// the gates that can be next, it prefers those that are the last to use a value.
func order(list []node, r *rand.Rand) []node {
	uses := make([]int, len(list)+6)
	for _, n := range list {
		for _, a := range unique(n.args) {
			uses[a]++
		}
	}
	made := make([]bool, len(uses))
	loaded := [6]bool{}
	for j := range 6 {
		made[j] = true
	}
	taste := r.Float64() * 2
	var ordered []node
	rest := slices.Clone(list)
	for len(rest) > 0 {
		best, bestScore := -1, math.Inf(1)
		for i, n := range rest {
			score := r.Float64() * taste
			if uses[n.value] > 0 {
				score++
			}
			ready := true
			for _, a := range unique(n.args) {
				ready = ready && made[a]
				if uses[a] == 1 {
					score--
				}
				if a < 6 && !loaded[a] {
					score++
				}
			}
			if ready && score < bestScore {
				best, bestScore = i, score
			}
		}
		n := rest[best]
		rest = slices.Delete(rest, best, best+1)
		made[n.value] = true
		for _, a := range unique(n.args) {
			uses[a]--
			if a < 6 {
				loaded[a] = true
			}
		}
		ordered = append(ordered, n)
	}
	return ordered
}

func unique(args []int) []int {
	u := slices.Clone(args)
	slices.Sort(u)
	return slices.Compact(u)
}
