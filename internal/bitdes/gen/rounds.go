package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

// Where the rounds have their pointers.
var (
	left, right  = reg.RAX, reg.RBX
	keys, wires  = reg.RCX, reg.RDX
	inner, outer = reg.RSI, reg.RDI
	// offsets into the keys, in turn
	offsets = []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13}
)

// rounds writes the 48 rounds of TDES: three times sixteen, with the halves
// exchanged after all but the last of the sixteen.
func (m *machine) rounds(circuits [8]circuit.Circuit) {
	m.function("rounds", "func(state, keys *uint64, order *uint16)",
		"%s%d are the 48 rounds of TDES on a transposed batch, with the slices of the keys at the offsets that order has.")
	m.param("state", left)
	m.param("keys", keys)
	m.param("order", wires)
	m.c.LEAQ(mem(left, halfBytes), right)

	var plans [8][]step
	most := 0
	for n, c := range circuits {
		var slots int
		plans[n], slots = plan(c, len(m.v))
		most = max(most, slots)
	}
	var stack operand.Mem
	if most > 0 {
		stack = m.c.AllocLocal(most * m.bytes)
	}

	m.c.MOVQ(operand.U32(3), outer)
	m.c.Label("pass")
	m.c.MOVQ(operand.U32(16), inner)
	m.c.Label("round")
	for n := range plans {
		m.c.Commentf("S%d", n+1)
		for _, s := range plans[n] {
			m.step(n, s, stack)
		}
	}
	m.c.ADDQ(operand.U32(48*2), wires)
	m.c.XCHGQ(left, right)
	m.count(inner, "round")
	m.c.XCHGQ(left, right)
	m.count(outer, "pass")
	m.end()
}

// step writes one step of a plan for S-box n, from 0.
func (m *machine) step(n int, s step, stack operand.Mem) {
	slot := func(i int) operand.Mem { return stack.Offset(i * m.bytes) }
	switch s.op {
	case "load":
		offset := offsets[s.port]
		m.c.MOVWQZX(mem(wires, 2*(6*n+s.port)), offset)
		m.move(mem(right, inputBit(n, s.port)*rowBytes), m.v[s.dst])
		m.bitwise("xor", m.v[s.dst], operand.Mem{Base: keys, Index: offset, Scale: 1}, m.v[s.dst])
	case "spill":
		m.move(m.v[s.a], slot(s.dst))
	case "reload":
		m.move(slot(s.a), m.v[s.dst])
	case "copy":
		m.c.VMOVDQA64(m.v[s.a], m.v[s.dst])
	case "lut":
		m.c.VPTERNLOGQ(operand.U8(s.table), m.v[s.b], m.v[s.a], m.v[s.dst])
	case "out":
		m.out(mem(left, outputBit(n, s.port)*rowBytes), s)
	default:
		b := operand.Op(m.v[s.b%len(m.v)])
		if s.slot {
			b = slot(s.b)
		}
		m.bitwise(s.op, m.v[s.a], b, m.v[s.dst])
	}
}

// out adds an output to the left half.
func (m *machine) out(place operand.Mem, s step) {
	t := operand.Op(m.v[s.a])
	if s.not {
		// All ones, from a register compared with itself; the planner has seen to
		// it that it is another one.
		m.c.VPCMPEQD(m.v[s.dst], m.v[s.dst], m.v[s.dst])
		m.bitwise("xor", t, m.v[s.dst], m.v[s.dst])
		t = m.v[s.dst]
	}
	m.bitwise("xor", t, place, m.v[s.dst])
	m.move(m.v[s.dst], place)
}
