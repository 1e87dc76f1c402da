package explain

import (
	"errors"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Encode explains how the clear block of a PIN comes about, as [clear.Encode] makes it;
// for ISO-4 its two fields, whose block exists only enciphered. Where fill is drawn,
// the answer has it, so that the same block can be made again.
func Encode(f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *clear.Options) (Explanation, error) {
	x := Explanation{Title: "Encode a PIN as " + f.String()}
	block, err := clear.Encode(nil, f, pin, pan, o)
	if err != nil {
		return x, err
	}
	c, err := newBlockCase(asMade(f, pin.Len()), block, pan, o)
	if err != nil {
		return x, err
	}
	if x.Steps, err = c.making(); err != nil {
		return x, err
	}
	if f.BlockSize() != 16 {
		x.Answer = append([]Fact{{Name: "block", Value: upperHex(block)}}, c.fill()...)
		x.Notes = c.notes()
		return x, nil
	}
	s, field, err := c.panField()
	x.Steps = append(x.Steps, s)
	x.Answer = append([]Fact{{Name: "PIN field", Value: upperHex(block)}, {Name: "PAN field", Value: upperHex(field)}}, c.fill()...)
	x.Notes = []string{"A block of ISO-4 exists only enciphered: the PIN field is enciphered, combined with the PAN field, and enciphered again."}
	return x, err
}

// Decode explains what is in a clear block, as [clear.Decode] reads it; for ISO-4 in a
// PIN field. A block that is none of the format is a [*clear.Error], and the
// explanation marks each nibble that is wrong and says what may stand there.
func Decode(f pinblock.Format, block []byte, pan pinblock.PAN, o *clear.Options) (Explanation, error) {
	x := Explanation{Title: "Decode a block of " + f.String()}
	pin, fault := clear.Decode(f, block, pan, o)
	if fault != nil && !errors.Is(fault, pinblock.ErrBlock) {
		return x, fault
	}
	c, err := newBlockCase(f, block, pan, o)
	if err != nil {
		return x, err
	}
	if x.Steps, err = c.reading(pin, fault); err != nil {
		return x, err
	}
	if fault == nil {
		x.Answer = pinFacts(pin)
	}
	x.Notes = append(c.suspicion(), c.notes()...)
	return x, fault
}

// asMade returns f as it says itself which of its nibbles are the PIN's: where the
// block does not tell, by the PIN's length.
func asMade(f pinblock.Format, digits int) pinblock.Format {
	if g := f.WithPINLength(digits); g.Valid() {
		return g
	}
	return f
}

// fill is the fill that was drawn, if the format has any.
func (c *blockCase) fill() []Fact {
	if drawn := drawnFill(c.field); drawn != "" {
		return []Fact{{Name: "fill", Value: drawn, Kind: Random, Note: "the random nibbles: given as fill, they make this block again"}}
	}
	return nil
}

func pinFacts(pin pinblock.PIN) []Fact {
	return []Fact{{Name: "PIN", Value: clear.Digits(pin), Kind: PIN, Note: count(pin.Len(), "digit")}}
}

// notes say what is good to know about the format.
func (c *blockCase) notes() []string {
	if c.format.BindsPAN() || len(c.masks) > 0 {
		return nil
	}
	return []string{"No PAN is part of a block of " + c.format.Name() + ": nothing in it says which card it belongs to."}
}

// suspicion says where to look, if a block is wrong only where the PAN is.
func (c *blockCase) suspicion() []string {
	if !c.format.BindsPAN() || len(c.masks) == 0 {
		return nil
	}
	free, bound := 0, 0
	for i, n := range c.field {
		switch {
		case n.wrong == "":
		case c.masks[0].nibbles[i].zero:
			free++
		default:
			bound++
		}
	}
	if free > 0 || bound == 0 {
		return nil
	}
	return []string{"Everything is right where the PAN does not reach, and not where it does: the block is of another PAN, or of other digits of this one."}
}
