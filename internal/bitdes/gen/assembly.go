package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"github.com/pinion-hsm/pinion/internal/bitdes/gen/circuit"
)

const (
	rowBytes  = 64            // the distance of slices, whatever the width
	halfBytes = 32 * rowBytes // the distance of the halves of the state
)

// assembly returns the text of the functions and of their declarations in Go.
func assembly(two, three [8]circuit.Circuit) (text, stubs []byte, err error) {
	c := build.NewContext()
	c.ConstraintExpr("amd64")
	c.ConstraintExpr("!purego")
	for _, m := range []*machine{newAVX512(c), newAVX2(c)} {
		m.load()
		m.store()
		if m.tables {
			m.rounds(three)
		} else {
			m.rounds(two)
		}
	}
	file, err := c.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, nil, err
	}
	config := printer.Config{Name: "gen", Argv: []string{"go", "generate"}, Pkg: "bitdes"}
	if text, err = printer.NewGoAsm(config).Print(file); err != nil {
		return nil, nil, err
	}
	stubs, err = printer.NewStubs(config).Print(file)
	return text, stubs, err
}
