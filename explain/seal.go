package explain

import (
	"bytes"
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Seal explains how the enciphered block of a PIN comes about, as [clear.Seal] makes
// it. Where fill is drawn, the answer has it.
func Seal(ctx context.Context, key keys.Key, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o *clear.Options) (Explanation, error) {
	x := Explanation{Title: "Seal a PIN as " + f.String()}
	r := &recorder{key: key}
	block, err := clear.Seal(ctx, nil, r, f, pin, pan, o)
	if err != nil {
		return x, err
	}
	c, err := newBlockCase(asMade(f, pin.Len()), r.calls[0].in, pan, o)
	if err != nil {
		return x, err
	}
	if x.Steps, err = c.making(); err != nil {
		return x, err
	}
	if !bytes.Equal(r.calls[len(r.calls)-1].out, block) {
		return x, errNotTheLibrary
	}
	steps, err := c.enciphering(r)
	x.Steps = append(x.Steps, steps...)
	x.Answer = append([]Fact{{Name: "block", Value: upperHex(block), Kind: Cipher}}, c.fill()...)
	x.Notes = c.notes()
	return x, err
}

// enciphering returns the steps from a clear block to the enciphered one.
func (c *blockCase) enciphering(r *recorder) ([]Step, error) {
	if len(r.calls) == 2 {
		return c.encipheringTwice(r)
	}
	return []Step{{
		Title: "Encipher the block",
		Why:   "One block under the PIN key (ECB).",
		Rows: []Row{
			{Name: "clear block", Unit: Hex, Parts: c.blockParts()},
			r.row("block", Encipher, cipherParts(r.calls[0].out)),
		},
		Facts: []Fact{r.fact()},
	}}, nil
}

// encipheringTwice is the way of ISO-4.
func (c *blockCase) encipheringTwice(r *recorder) ([]Step, error) {
	s := Step{
		Title: "Encipher, combine, encipher again",
		Why:   "ISO 9564-1:2017 9.4: the PIN field is enciphered, combined with the PAN field by exclusive or, and enciphered again, both times under the PIN key.",
	}
	return c.twice(r, s, func(first, second call, panField Row) []Row {
		return []Row{
			{Name: "PIN field", Unit: Hex, Parts: c.blockParts()},
			r.row("intermediate block A", Encipher, cipherParts(first.out)),
			panField,
			{Name: "intermediate block B", Op: XOR, Unit: Hex, Parts: []Part{part(upperHex(second.in), Mixed, "")}},
			r.row("block", Encipher, cipherParts(second.out)),
		}
	})
}
