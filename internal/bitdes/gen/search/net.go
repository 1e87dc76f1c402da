package main

import (
	"fmt"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

// most is the number of gates a net may have, the six inputs among them.
const most = 96

// ref is a gate, or with its lowest bit set the complement of one.
type ref int16

// gate is a function of two or three earlier gates. The table of two has bit
// 2a+b for the inputs a and b, that of three has bit 4a+2b+c.
type gate struct {
	table uint8
	in    [3]int16
	three bool
}

// net is a circuit in the making: the truth table of each gate, and which gates
// are the outputs so far.
type net struct {
	n    int
	val  [most]uint64
	gate [most]gate
	out  [4]ref
	done uint8
}

func newNet() *net {
	n := &net{n: 6}
	copy(n.val[:], circuit.Inputs[:])
	return n
}

func (n *net) add2(table uint8, a, b int) int {
	n.gate[n.n] = gate{table: table, in: [3]int16{int16(a), int16(b)}}
	n.val[n.n] = apply2(table, n.val[a], n.val[b])
	n.n++
	return n.n - 1
}

func (n *net) add3(table uint8, a, b, c int) int {
	n.gate[n.n] = gate{table: table, in: [3]int16{int16(a), int16(b), int16(c)}, three: true}
	n.val[n.n] = circuit.Lut(table, n.val[a], n.val[b], n.val[c])
	n.n++
	return n.n - 1
}

func apply2(table uint8, a, b uint64) (v uint64) {
	if table&8 != 0 {
		v |= a & b
	}
	if table&4 != 0 {
		v |= a &^ b
	}
	if table&2 != 0 {
		v |= b &^ a
	}
	if table&1 != 0 {
		v |= ^a & ^b
	}
	return v
}

// lower writes the net with the operations that machines have. A complement
// costs nothing on the way: the gate that would need one is made in its own
// complement instead, and so are those that take it. Only at an output may a
// "not" remain, and not even there if the gates have tables.
func (n *net) lower(tables bool) circuit.Circuit {
	n.prune()
	var turned [most]bool
	if tables {
		for _, o := range n.out {
			if o&1 == 1 && int(o>>1) >= 6 {
				turned[o>>1] = true
			}
		}
	}
	var c circuit.Circuit
	for i := 6; i < n.n; i++ {
		g := n.gate[i]
		switch {
		case tables:
			c = append(c, g.lowerTable(i, &turned))
		default:
			var l circuit.Gate
			l, turned[i] = g.lowerTwo(i, &turned)
			c = append(c, l)
		}
	}
	for j, o := range n.out {
		op := "is"
		if (o&1 == 1) != turned[o>>1] {
			op = "not"
		}
		c = append(c, circuit.Gate{Name: fmt.Sprint("y", j+1), Op: op, Args: []string{name(int(o >> 1))}})
	}
	return c
}

// lowerTable turns the table for inputs and output that are complements.
func (g gate) lowerTable(i int, turned *[most]bool) circuit.Gate {
	in := g.in
	table := g.table
	if !g.three { // a, a, b
		table = g.table&1 | g.table&2 | g.table&4<<4 | g.table&8<<4
		in = [3]int16{g.in[0], g.in[0], g.in[1]}
	}
	var t uint8
	flip := b2i(turned[in[0]])<<2 | b2i(turned[in[1]])<<1 | b2i(turned[in[2]])
	for v := range 8 {
		t |= (table >> (v ^ flip) & 1) << v
	}
	if turned[i] {
		t = ^t
	}
	return circuit.Gate{Name: name(i), Op: "lut", Table: t, Args: []string{name(int(in[0])), name(int(in[1])), name(int(in[2]))}}
}

// lowerTwo picks the operation, and reports whether the gate is made in its
// complement.
func (g gate) lowerTwo(i int, turned *[most]bool) (circuit.Gate, bool) {
	var t uint8
	flip := b2i(turned[g.in[0]])<<1 | b2i(turned[g.in[1]])
	for v := range 4 {
		t |= (g.table >> (v ^ flip) & 1) << v
	}
	a, b := name(int(g.in[0])), name(int(g.in[1]))
	op := map[uint8]struct {
		op   string
		swap bool
		not  bool
	}{
		8: {"and", false, false}, 7: {"and", false, true},
		14: {"or", false, false}, 1: {"or", false, true},
		6: {"xor", false, false}, 9: {"xor", false, true},
		2: {"andn", false, false}, 13: {"andn", false, true},
		4: {"andn", true, false}, 11: {"andn", true, true},
	}[t]
	if op.swap {
		a, b = b, a
	}
	return circuit.Gate{Name: name(i), Op: op.op, Args: []string{a, b}}, op.not
}

// prune drops the gates that nothing uses.
func (n *net) prune() {
	var used [most]bool
	for _, o := range n.out {
		used[o>>1] = true
	}
	for i := n.n - 1; i >= 6; i-- {
		if used[i] {
			used[n.gate[i].in[0]], used[n.gate[i].in[1]] = true, true
			if n.gate[i].three {
				used[n.gate[i].in[2]] = true
			}
		}
	}
	var to [most]int16
	k := 6
	for i := range n.n {
		if i < 6 {
			to[i] = int16(i)
			continue
		}
		if !used[i] {
			continue
		}
		g := n.gate[i]
		for j := range g.in {
			g.in[j] = to[g.in[j]]
		}
		n.gate[k], n.val[k], to[i] = g, n.val[i], int16(k)
		k++
	}
	n.n = k
	for j, o := range n.out {
		n.out[j] = ref(to[o>>1])<<1 | o&1
	}
}

func name(i int) string {
	if i < 6 {
		return fmt.Sprint("x", i+1)
	}
	return fmt.Sprint("t", i-5)
}
