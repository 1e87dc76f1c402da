package main

import (
	"math"
	"slices"
)

// planner walks through the gates in their order and keeps account of where each
// value is. If it needs a register it gives up the one whose value is needed
// last, as Belady has it.
type planner struct {
	list  []node
	uses  [][]int // of each value: the gates, by place in list, that are still to use it
	reg   []int   // the value in each register, or none
	at    []int   // the register of each value, or none
	slots []int   // the value in each slot, or none
	steps []step
	held  []int // registers that the present gate needs
}

const (
	none  = -1
	taken = -2
)

func newPlanner(list []node, registers int) *planner {
	p := &planner{list: list, uses: make([][]int, len(list)+6), reg: make([]int, registers), at: make([]int, len(list)+6)}
	for i := range p.reg {
		p.reg[i] = none
	}
	for i := range p.at {
		p.at[i] = none
	}
	for i, n := range list {
		for _, a := range unique(n.args) {
			p.uses[a] = append(p.uses[a], i)
		}
	}
	return p
}

func (p *planner) run() {
	for _, n := range p.list {
		p.held = p.held[:0]
		if n.Op == "lut" {
			p.lut(n)
		} else {
			p.two(n, n.Op, n.args[0], n.args[1])
		}
		for _, o := range n.outs {
			o.a = p.at[n.value]
			p.held = append(p.held[:0], o.a)
			if len(p.uses[n.value]) == 0 && len(n.outs) == 1 && !o.not {
				o.dst = o.a
			} else {
				o.dst = p.free()
			}
			p.steps = append(p.steps, o)
		}
		p.drop(n.value)
	}
}

// two is a gate of two inputs, of which one may be read from its slot.
func (p *planner) two(n node, op string, a, b int) {
	commutes := op != "andn"
	if commutes && p.at[a] == none && p.slot(a) != none {
		a, b = b, a
	}
	s := step{op: op, a: p.fetch(a)}
	if p.at[b] == none && p.slot(b) != none && len(p.uses[b]) == 1 {
		s.slot, s.b = true, p.slot(b)
	} else {
		s.b = p.fetch(b)
	}
	p.done(n)
	if s.slot { // it may be free now, but only after this instruction
		kept := p.slots[s.b]
		p.slots[s.b] = taken
		defer func() { p.slots[s.b] = kept }()
	}
	s.dst = p.place(n.value, s.a, s.b, s.slot)
	p.steps = append(p.steps, s)
}

// place gives the value of a gate a register: one of its inputs' if that is free
// by now.
func (p *planner) place(value, a, b int, slot bool) int {
	p.held = append(p.held[:0], a)
	if !slot {
		p.held = append(p.held, b)
	}
	for _, r := range p.held {
		if p.reg[r] == none {
			p.put(value, r)
			return r
		}
	}
	r := p.free()
	p.put(value, r)
	return r
}

// lut is a gate with a table. The instruction writes over its first input, so one
// that is not needed any more goes there, or a copy.
func (p *planner) lut(n node) {
	if op, a, b, ok := simpler(n); ok {
		p.two(n, op, a, b)
		return
	}
	var regs []int
	for _, a := range n.args {
		regs = append(regs, p.fetch(a))
	}
	p.done(n)
	perm := []int{0, 1, 2}
	first := slices.IndexFunc(perm, func(i int) bool { return p.reg[regs[i]] == none })
	dst := none
	if first == none {
		first = 0
		p.held = append(p.held[:0], regs...)
		dst = p.free()
		p.steps = append(p.steps, step{op: "copy", dst: dst, a: regs[0]})
	} else {
		dst = regs[first]
	}
	perm[0], perm[first] = perm[first], perm[0]
	p.put(n.value, dst)
	p.steps = append(p.steps, step{
		op: "lut", dst: dst, a: regs[perm[1]], b: regs[perm[2]], table: permute(n.Table, perm),
	})
}

// permute is the table for the inputs in another order.
func permute(table uint8, perm []int) (t uint8) {
	for v := range 8 {
		old := 0
		for place, from := range perm {
			old |= v >> (2 - place) & 1 << (2 - from)
		}
		t |= table >> old & 1 << v
	}
	return t
}

// operations are the functions of two inputs, bit 2a+b for the inputs a and b.
var operations = []struct {
	op    string
	table uint8
}{{"and", 8}, {"or", 14}, {"xor", 6}, {"andn", 2}}

// simpler finds a table that is one of the operations of two inputs, which need
// not write over an input.
func simpler(n node) (op string, a, b int, ok bool) {
	for _, p := range [][2]int{{0, 1}, {0, 2}, {1, 2}, {1, 0}, {2, 0}, {2, 1}} {
		for _, f := range operations {
			if matches(n, p, f.table) {
				return f.op, n.args[p[0]], n.args[p[1]], true
			}
		}
	}
	return "", 0, 0, false
}

// matches reports whether n is the function t of its inputs p, for all values
// that its inputs can have: two of them may be the same.
func matches(n node, p [2]int, t uint8) bool {
	for v := range 8 {
		bit := func(i int) int { return v >> (2 - i) & 1 }
		possible := true
		for i := range 3 {
			for j := range i {
				possible = possible && (n.args[i] != n.args[j] || bit(i) == bit(j))
			}
		}
		if possible && n.Table>>v&1 != t>>(bit(p[0])<<1|bit(p[1]))&1 {
			return false
		}
	}
	return true
}

// fetch returns the register that holds value, and brings it there.
func (p *planner) fetch(value int) int {
	r := p.at[value]
	if r == none {
		r = p.free()
		if s := p.slot(value); s != none {
			p.steps = append(p.steps, step{op: "reload", dst: r, a: s})
		} else {
			p.steps = append(p.steps, step{op: "load", dst: r, port: value})
		}
		p.put(value, r)
	}
	p.held = append(p.held, r)
	return r
}

// free returns a register that may be written, and is not one of those held.
func (p *planner) free() int {
	victim, farthest := none, none
	for r, v := range p.reg {
		if slices.Contains(p.held, r) {
			continue
		}
		if v == none {
			return r
		}
		next := math.MaxInt
		if len(p.uses[v]) > 0 {
			next = p.uses[v][0] * 2
			if p.slot(v) != none {
				next++ // it need not be written
			}
		}
		if next > farthest {
			victim, farthest = r, next
		}
	}
	v := p.reg[victim]
	if p.slot(v) == none && len(p.uses[v]) > 0 {
		s := slices.Index(p.slots, none)
		if s == none {
			s = len(p.slots)
			p.slots = append(p.slots, v)
		}
		p.slots[s] = v
		p.steps = append(p.steps, step{op: "spill", dst: s, a: victim})
	}
	p.at[v], p.reg[victim] = none, none
	return victim
}

func (p *planner) put(value, r int) { p.at[value], p.reg[r] = r, value }

func (p *planner) slot(value int) int { return slices.Index(p.slots, value) }

// done takes n from the uses of its inputs.
func (p *planner) done(n node) {
	for _, a := range unique(n.args) {
		p.uses[a] = p.uses[a][1:]
		p.drop(a)
	}
}

// drop frees what a value occupies, if nothing is to use it any more.
func (p *planner) drop(value int) {
	if len(p.uses[value]) > 0 {
		return
	}
	if r := p.at[value]; r != none {
		p.reg[r], p.at[value] = none, none
	}
	if s := p.slot(value); s != none {
		p.slots[s] = none
	}
}
