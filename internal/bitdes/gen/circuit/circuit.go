// Package circuit holds boolean circuits for the S-boxes of DES as readable text,
// and evaluates them.
//
// A line of the text is one gate, "t7 = andn x1 x2". x1 to x6 are the inputs, x1
// the most significant; y1 to y4 are the outputs, y1 the most significant. The
// operations are
//
//	and a b        a & b
//	or a b         a | b
//	xor a b        a ^ b
//	andn a b       ^a & b
//	not a          ^a
//	lut HH a b c   bit 4a+2b+c of the byte HH, as VPTERNLOGQ has it
//	is a           a itself: the output has no gate of its own
//
// and what follows a # is a comment.
package circuit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Gate is one line: Name = Op Args, with Table for a lut.
type Gate struct {
	Name  string
	Op    string
	Table uint8
	Args  []string
}

// Circuit is a list of gates, each after the gates it takes its inputs from.
type Circuit []Gate

// arity has the operations and how many inputs they take.
var arity = map[string]int{"and": 2, "or": 2, "xor": 2, "andn": 2, "not": 1, "lut": 3, "is": 1}

// Parse reads the text form.
func Parse(r io.Reader) (Circuit, error) {
	var c Circuit
	for lines := bufio.NewScanner(r); lines.Scan(); {
		text, _, _ := strings.Cut(lines.Text(), "#")
		f := strings.Fields(text)
		if len(f) == 0 {
			continue
		}
		g, err := parseGate(f)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		c = append(c, g)
	}
	return c, nil
}

func parseGate(f []string) (g Gate, err error) {
	if len(f) < 4 || f[1] != "=" {
		return g, errors.New("a gate is NAME = OP and its inputs")
	}
	g = Gate{Name: f[0], Op: f[2], Args: f[3:]}
	if g.Op == "lut" {
		table, err := strconv.ParseUint(g.Args[0], 16, 8)
		if err != nil {
			return g, err
		}
		g.Table, g.Args = uint8(table), g.Args[1:]
	}
	if n, ok := arity[g.Op]; !ok || n != len(g.Args) {
		return g, fmt.Errorf("unknown operation or wrong number of inputs")
	}
	return g, nil
}

// String is the text form.
func (c Circuit) String() string {
	var b strings.Builder
	for _, g := range c {
		fmt.Fprintf(&b, "%s = %s ", g.Name, g.Op)
		if g.Op == "lut" {
			fmt.Fprintf(&b, "%02x ", g.Table)
		}
		fmt.Fprintln(&b, strings.Join(g.Args, " "))
	}
	return b.String()
}

// Gates counts the gates; "is" is none.
func (c Circuit) Gates() (n int) {
	for _, g := range c {
		if g.Op != "is" {
			n++
		}
	}
	return n
}

// Eval returns the truth tables of the outputs, as [Outputs] has them.
func (c Circuit) Eval() (out [4]uint64, err error) {
	val := map[string]uint64{}
	for i, v := range Inputs {
		val[fmt.Sprint("x", i+1)] = v
	}
	for _, g := range c {
		var in []uint64
		for _, a := range g.Args {
			v, ok := val[a]
			if !ok {
				return out, fmt.Errorf("gate %s: %s is not there yet", g.Name, a)
			}
			in = append(in, v)
		}
		if _, ok := val[g.Name]; ok {
			return out, fmt.Errorf("gate %s is there twice", g.Name)
		}
		val[g.Name] = g.apply(in)
	}
	for j := range out {
		v, ok := val[fmt.Sprint("y", j+1)]
		if !ok {
			return out, fmt.Errorf("output y%d is missing", j+1)
		}
		out[j] = v
	}
	return out, nil
}

func (g Gate) apply(in []uint64) uint64 {
	switch g.Op {
	case "and":
		return in[0] & in[1]
	case "or":
		return in[0] | in[1]
	case "xor":
		return in[0] ^ in[1]
	case "andn":
		return ^in[0] & in[1]
	case "not":
		return ^in[0]
	case "lut":
		return Lut(g.Table, in[0], in[1], in[2])
	default:
		return in[0]
	}
}

// Lut is a gate of three inputs by its table.
func Lut(table uint8, a, b, c uint64) (v uint64) {
	for i := range 8 {
		if table>>i&1 == 1 {
			v |= cell(i>>2&1, a) & cell(i>>1&1, b) & cell(i&1, c)
		}
	}
	return v
}

func cell(bit int, v uint64) uint64 {
	if bit == 0 {
		return ^v
	}
	return v
}
