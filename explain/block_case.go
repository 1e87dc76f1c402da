package explain

import (
	"errors"
	"slices"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// blockCase is a clear block, taken apart.
type blockCase struct {
	format pinblock.Format
	pan    pinblock.PAN
	block  []byte
	field  []nibble
	masks  []blockMask
}

func newBlockCase(f pinblock.Format, block []byte, pan pinblock.PAN, o *clear.Options) (*blockCase, error) {
	a, err := clear.Inspect(f, block, pan, o)
	if err != nil {
		return nil, err
	}
	c := &blockCase{format: f, pan: pan, block: block, field: fieldNibbles(a)}
	c.masks, err = blockMasks(f, block, a, pan, o)
	return c, err
}

// stages are the PIN field, and what comes of it with each mask; the last is the block.
func (c *blockCase) stages() ([][]nibble, error) {
	all := [][]nibble{c.field}
	for i, m := range c.masks {
		all = append(all, combined(all[i], m.nibbles))
	}
	if nibbleText(all[len(all)-1]) != upperHex(c.block) {
		return nil, errNotTheLibrary
	}
	return all, nil
}

// blockParts are those of the whole block, without notes.
func (c *blockCase) blockParts() []Part {
	row := c.field
	for _, m := range c.masks {
		row = combined(row, m.nibbles)
	}
	return withoutNotes(nibbleParts(row))
}

// combineRows are the rows from the PIN field to the block.
func (c *blockCase) combineRows() ([]Row, error) {
	stages, err := c.stages()
	if err != nil {
		return nil, err
	}
	rows := []Row{{Name: "PIN field", Unit: Hex, Parts: withoutNotes(nibbleParts(c.field))}}
	for i, m := range c.masks {
		name := "in between"
		if i == len(c.masks)-1 {
			name = "block"
		}
		rows = append(rows, m.row(), Row{Name: name, Op: XOR, Unit: Hex, Parts: nibbleParts(stages[i+1])})
	}
	return rows, nil
}

// splitRows are the rows from the block back to the PIN field.
func (c *blockCase) splitRows() ([]Row, error) {
	stages, err := c.stages()
	if err != nil {
		return nil, err
	}
	rows := []Row{{Name: "block", Unit: Hex, Parts: c.blockParts()}}
	for i, m := range slices.Backward(c.masks) {
		name := "in between"
		if i == 0 {
			name = "PIN field"
		}
		rows = append(rows, m.row(), Row{Name: name, Op: XOR, Unit: Hex, Parts: withoutNotes(nibbleParts(stages[i]))})
	}
	return rows, nil
}

// making returns the steps from a PIN to its block.
func (c *blockCase) making() ([]Step, error) {
	steps := []Step{{
		Title: "Write the PIN field",
		Why:   c.format.Name() + ": " + c.format.Source() + ".",
		Rows:  []Row{{Name: "PIN field", Unit: Hex, Parts: nibbleParts(c.field)}},
	}}
	if len(c.masks) == 0 {
		return steps, nil
	}
	rows, err := c.combineRows()
	if err != nil {
		return nil, err
	}
	return append(append(steps, c.maskSteps()...), Step{Title: "Combine them", Why: "Exclusive or, nibble by nibble.", Rows: rows}), nil
}

func (c *blockCase) maskSteps() (steps []Step) {
	for _, m := range c.masks {
		steps = append(steps, m.step)
	}
	return steps
}

// reading returns the steps from a block to its PIN, or to what is wrong with it.
func (c *blockCase) reading(pin pinblock.PIN, fault error) ([]Step, error) {
	steps := c.maskSteps()
	if len(c.masks) > 0 {
		rows, err := c.splitRows()
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{Title: "Take the PIN field out of it", Why: "Exclusive or with the same once more, nibble by nibble.", Rows: rows})
	}
	s := Step{
		Title: "Read the PIN field",
		Why:   c.format.Name() + ": " + c.format.Source() + ".",
		Rows:  []Row{{Name: "PIN field", Unit: Hex, Parts: nibbleParts(c.field)}},
	}
	if why := (*clear.Error)(nil); errors.As(fault, &why) {
		s.Facts = faultFacts(why)
	} else if digits := clear.Digits(pin); digits != "" {
		s.Rows = append(s.Rows, Row{Name: "PIN", Op: Take, Unit: Digits, Parts: []Part{part(digits, PIN, "")}})
	}
	return append(steps, s), nil
}

// faultFacts lists everything that is wrong with a block.
func faultFacts(why *clear.Error) (facts []Fact) {
	texts := why.Faults()
	for i, reason := range why.Reasons() {
		facts = append(facts, Fact{Name: "fault", Value: reason, Kind: Wrong, Note: texts[i]})
	}
	return facts
}
