package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

// What is committed is what the generator makes.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s is not what the generator makes now: run go generate in the folder above", name)
		}
	}
}

// The circuits stay within what was asked of them.
func TestGates(t *testing.T) {
	t.Parallel()
	for inputs, most := range map[int]int{2: 60, 3: 40} {
		circuits, err := load(inputs)
		if err != nil {
			t.Fatal(err)
		}
		for n, c := range circuits {
			t.Logf("S%d: %d gates of %d inputs", n+1, c.Gates(), inputs)
			if c.Gates() > most {
				t.Errorf("S%d: %d gates of %d inputs, want no more than %d", n+1, c.Gates(), inputs, most)
			}
		}
	}
}

// A plan for few registers, or for many, still computes the S-box.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, inputs := range []int{2, 3} {
		circuits, err := load(inputs)
		if err != nil {
			t.Fatal(err)
		}
		for n, c := range circuits {
			for _, registers := range []int{6, 8, 12, 16, 32} {
				r := rand.New(rand.NewPCG(uint64(n), uint64(registers)))
				for range 20 {
					p := newPlanner(order(nodes(c), r), registers)
					p.run()
					if got := simulate(p.steps, registers, len(p.slots)); got != circuit.Outputs(n+1) {
						t.Fatalf("S%d with %d registers: %x", n+1, registers, got)
					}
				}
			}
		}
	}
}

// simulate runs a plan on truth tables.
func simulate(steps []step, registers, slots int) (out [4]uint64) {
	reg, slot := make([]uint64, registers), make([]uint64, slots)
	for _, s := range steps {
		var b uint64
		if s.slot {
			b = slot[s.b]
		} else {
			b = reg[s.b]
		}
		switch s.op {
		case "load":
			reg[s.dst] = circuit.Inputs[s.port]
		case "spill":
			slot[s.dst] = reg[s.a]
		case "reload":
			reg[s.dst] = slot[s.a]
		case "copy":
			reg[s.dst] = reg[s.a]
		case "and":
			reg[s.dst] = reg[s.a] & b
		case "or":
			reg[s.dst] = reg[s.a] | b
		case "xor":
			reg[s.dst] = reg[s.a] ^ b
		case "andn":
			reg[s.dst] = ^reg[s.a] & b
		case "lut":
			reg[s.dst] = circuit.Lut(s.table, reg[s.dst], reg[s.a], b)
		case "out":
			v := reg[s.a]
			reg[s.dst] = 0 // the instruction writes there
			if s.not {
				v = ^v
			}
			out[s.port] = v
		}
	}
	return out
}
