package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A batch of 512 blocks is 64 vectors of eight blocks, one below the other: eight
// matrices of 64 by 64 bits. (With AVX2 it is 256, and four.) Transposing is done
// in six stages, which may come in any order: one for each bit of the number of a
// row, exchanged with that bit of the number of a column. The upper three bits are
// done on rows 0, 8, 16 ... 56, then on 1, 9 ... and so on; the lower three on rows
// 0 to 7, then 8 to 15 and so on. Both times eight rows are in registers.
//
// The rows are written to where the initial permutation wants them. It turns the
// byte into a column, counted down, and the bit of a byte, least significant
// first, into the start of a group of eight slots: L24, R24, L16, R16 ... L0, R0.

var pointer, counter = reg.RAX, reg.RBX

// group returns the first slot of those for bit i of all bytes, as an offset.
func group(i int) int { return (7-i)/2*8*rowBytes + i%2*halfBytes }

// load writes the function that reads and transposes a batch.
func (m *machine) load() {
	m.function("load", "func(state *uint64, src *byte)",
		"%s%d transposes a batch at src into the slots of the initial permutation at state.")
	source := reg.RCX
	m.param("state", pointer)
	m.param("src", source)
	m.masks([]int{8, 16})
	m.c.ADDQ(operand.U32(group(0)), pointer)
	m.c.MOVQ(operand.U32(4), counter)
	m.c.Label("upper")
	for odd := range 2 {
		for i := range 8 {
			m.move(mem(source, (odd+8*i)*m.bytes), m.v[i])
		}
		rows := m.stage32([]int{0, 1, 2, 3, 4, 5, 6, 7}, false)
		rows = m.stage(rows, 2, 16)
		rows = m.stage(rows, 1, 8)
		for i, r := range rows {
			m.move(m.v[r], mem(pointer, odd*halfBytes+(7-i)*rowBytes))
		}
	}
	m.c.ADDQ(operand.U32(2*m.bytes), source)
	m.c.SUBQ(operand.U32(8*rowBytes), pointer)
	m.count(counter, "upper")

	m.param("state", pointer)
	m.lower(false)
	m.end()
}

// store writes the function that is the inverse of load, with the halves
// exchanged.
func (m *machine) store() {
	m.function("store", "func(dst *byte, state *uint64)",
		"%s%d is the inverse of load, with the halves of the state exchanged. It changes the state.")
	target := reg.RCX
	m.param("state", pointer)
	m.lower(true)

	m.param("state", pointer)
	m.param("dst", target)
	m.masks([]int{8, 16})
	m.c.ADDQ(operand.U32(group(0)), pointer)
	m.c.MOVQ(operand.U32(4), counter)
	m.c.Label("upper")
	for odd := range 2 {
		for i := range 8 {
			m.move(mem(pointer, (1-odd)*halfBytes+(7-i)*rowBytes), m.v[i])
		}
		rows := m.stage([]int{0, 1, 2, 3, 4, 5, 6, 7}, 1, 8)
		rows = m.stage(rows, 2, 16)
		rows = m.stage32(rows, true)
		for i, r := range rows {
			m.move(m.v[r], mem(target, (odd+8*i)*m.bytes))
		}
	}
	m.c.ADDQ(operand.U32(2*m.bytes), target)
	m.c.SUBQ(operand.U32(8*rowBytes), pointer)
	m.count(counter, "upper")
	m.end()
}

// lower does the three stages of the lower bits, in place, for one byte after the
// other.
func (m *machine) lower(exchanged bool) {
	m.masks([]int{1, 2, 4})
	m.c.ADDQ(operand.U32(7*rowBytes), pointer)
	m.c.MOVQ(operand.U32(8), counter)
	m.c.Label("lower")
	place := func(i int) operand.Mem {
		if exchanged {
			return mem(pointer, group(i)^halfBytes)
		}
		return mem(pointer, group(i))
	}
	for i := range 8 {
		m.move(place(i), m.v[i])
	}
	rows := m.stage([]int{0, 1, 2, 3, 4, 5, 6, 7}, 4, 4)
	rows = m.stage(rows, 2, 2)
	rows = m.stage(rows, 1, 1)
	for i, r := range rows {
		m.move(m.v[r], place(i))
	}
	m.c.SUBQ(operand.U32(rowBytes), pointer)
	m.count(counter, "lower")
}
