package main

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// squares has a one in the lower half of every square of so many columns.
var squares = map[int]uint64{
	1: 0x5555555555555555, 2: 0x3333333333333333, 4: 0x0f0f0f0f0f0f0f0f,
	8: 0x00ff00ff00ff00ff, 16: 0x0000ffff0000ffff,
}

// masks loads the masks of the given sizes into the last registers.
func (m *machine) masks(sizes []int) {
	for _, n := range sizes {
		if n == 16 && !m.tables {
			continue // has an instruction of its own
		}
		r := m.mask(n)
		m.c.MOVQ(operand.U64(squares[n]), reg.RDX)
		if m.tables {
			m.c.VPBROADCASTQ(reg.RDX, r)
		} else {
			m.c.VMOVQ(reg.RDX, r.AsX())
			m.c.VPBROADCASTQ(r.AsX(), r)
		}
	}
}

// mask is where masks puts the one for squares of size n.
func (m *machine) mask(n int) reg.VecPhysical {
	place := map[int]int{1: 1, 2: 2, 4: 3, 8: 1, 16: 2}[n]
	return m.v[len(m.v)-place]
}

// stage exchanges, in the rows that are distance apart, the upper n columns of
// every 2n of the first with the lower n of the second. rows are the registers
// of the eight rows, and so is the result.
func (m *machine) stage(rows []int, distance, n int) []int {
	rows = slices.Clone(rows)
	spare := m.spare(rows)
	for i := range rows {
		j := i + distance
		if i&distance != 0 {
			continue
		}
		a, b, s, t := m.v[rows[i]], m.v[rows[j]], m.v[spare[0]], m.v[spare[1]]
		switch {
		case m.tables:
			m.c.VPSLLQ(operand.U8(n), b, s)
			m.c.VPSRLQ(operand.U8(n), a, t)
			m.c.VPTERNLOGQ(operand.U8(choose(false)), m.mask(n), a, s)
			m.c.VPTERNLOGQ(operand.U8(choose(true)), m.mask(n), b, t)
		case n == 16:
			m.c.VPSLLD(operand.U8(16), b, s)
			m.c.VPSRLD(operand.U8(16), a, t)
			m.c.VPBLENDW(operand.U8(0xaa), s, a, s)
			m.c.VPBLENDW(operand.U8(0xaa), b, t, t)
		default:
			m.c.VPSRLQ(operand.U8(n), a, s)
			m.c.VPXOR(s, b, s)
			m.c.VPAND(s, m.mask(n), s)
			m.c.VPXOR(s, b, b)
			m.c.VPSLLQ(operand.U8(n), s, s)
			m.c.VPXOR(s, a, a)
			continue
		}
		rows[i], rows[j], spare = spare[0], spare[1], append(spare[2:], rows[i], rows[j])
	}
	return rows
}

// choose is the table of "the first input if the third is set, else the second",
// or the other way round.
func choose(first bool) (t uint8) {
	for v := range 8 {
		if (v&1 == 1) == first && v>>2&1 == 1 || (v&1 == 1) != first && v>>1&1 == 1 {
			t |= 1 << v
		}
	}
	return t
}

// stage32 is the stage for n = 32, or its inverse. It takes one instruction a row:
// the lower halves of two blocks of the first row and of two of the second make
// one row, the upper halves another. So blocks change places, which is no matter,
// because the inverse puts them back and all the other stages keep to 32 bits.
func (m *machine) stage32(rows []int, inverse bool) []int {
	rows = slices.Clone(rows)
	spare := m.spare(rows)
	for i := range 4 {
		a, b, s, t := m.v[rows[i]], m.v[rows[i+4]], m.v[spare[0]], m.v[spare[1]]
		if inverse {
			m.c.VPUNPCKLDQ(b, a, s)
			m.c.VPUNPCKHDQ(b, a, t)
		} else {
			m.c.VSHUFPS(operand.U8(0x88), b, a, s)
			m.c.VSHUFPS(operand.U8(0xdd), b, a, t)
		}
		rows[i], rows[i+4], spare = spare[0], spare[1], append(spare[2:], rows[i], rows[i+4])
	}
	return rows
}

// spare returns the registers that are neither rows nor masks.
func (m *machine) spare(rows []int) (list []int) {
	for r := range len(m.v) - 3 {
		if !slices.Contains(rows, r) {
			list = append(list, r)
		}
	}
	return list
}
