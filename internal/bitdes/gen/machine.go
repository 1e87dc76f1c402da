package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine writes instructions for one width of vectors.
type machine struct {
	c      *build.Context
	lanes  int
	bytes  int // of a vector
	v      []reg.VecPhysical
	tables bool // VPTERNLOGQ
}

func newAVX2(c *build.Context) *machine {
	return &machine{c: c, lanes: 256, bytes: 32, v: []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}}
}

func newAVX512(c *build.Context) *machine {
	return &machine{c: c, lanes: 512, bytes: 64, tables: true, v: []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
		reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
		reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}}
}

// function begins a function; name gets the number of lanes.
func (m *machine) function(name, signature, doc string) {
	m.c.Function(fmt.Sprint(name, m.lanes))
	m.c.Attributes(attr.NOSPLIT)
	m.c.SignatureExpr(signature)
	m.c.Pragma("noescape")
	m.c.Doc(fmt.Sprintf(doc, name, m.lanes))
}

func (m *machine) end() {
	m.c.VZEROUPPER()
	m.c.RET()
}

// param loads a pointer.
func (m *machine) param(name string, r reg.GPPhysical) { m.c.Load(m.c.Param(name), r) }

// move is a load or a store.
func (m *machine) move(from, to operand.Op) {
	if m.tables {
		m.c.VMOVDQU64(from, to)
	} else {
		m.c.VMOVDQU(from, to)
	}
}

// bitwise writes dst = a OP b, where b may be in memory.
func (m *machine) bitwise(op string, a, b, dst operand.Op) {
	if m.tables {
		map[string]func(...operand.Op){
			"and": m.c.VPANDQ, "or": m.c.VPORQ, "xor": m.c.VPXORQ, "andn": m.c.VPANDNQ,
		}[op](b, a, dst)
		return
	}
	map[string]func(_, _, _ operand.Op){
		"and": m.c.VPAND, "or": m.c.VPOR, "xor": m.c.VPXOR, "andn": m.c.VPANDN,
	}[op](b, a, dst)
}

func mem(base reg.Register, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

// count counts r down and jumps back to label until it is zero.
func (m *machine) count(r reg.GPPhysical, label string) {
	m.c.DECQ(r)
	m.c.JNZ(operand.LabelRef(label))
}
