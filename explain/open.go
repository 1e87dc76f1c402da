package explain

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Open explains what is in an enciphered block, as [clear.Open] reads it. A block that
// does not open is a [*clear.Error], and the explanation marks each nibble that is wrong
// and says what may stand there.
func Open(ctx context.Context, key keys.Key, f pinblock.Format, block []byte, pan pinblock.PAN, o *clear.Options) (Explanation, error) {
	x, _, err := open(ctx, key, f, block, pan, o)
	return x, err
}

func open(ctx context.Context, key keys.Key, f pinblock.Format, block []byte, pan pinblock.PAN, o *clear.Options) (Explanation, pinblock.PIN, error) {
	x := Explanation{Title: "Open a block of " + f.String()}
	r := &recorder{key: key}
	pin, fault := clear.Open(ctx, r, f, block, pan, o)
	if fault != nil && !errors.Is(fault, pinblock.ErrBlock) {
		return x, pin, fault
	}
	c, err := newBlockCase(f, r.calls[len(r.calls)-1].out, pan, o)
	if err != nil {
		return x, pin, err
	}
	if x.Steps, err = c.deciphering(r); err != nil {
		return x, pin, err
	}
	steps, err := c.reading(pin, fault)
	if err != nil {
		return x, pin, err
	}
	x.Steps = append(x.Steps, steps...)
	if fault == nil {
		x.Answer = pinFacts(pin)
	}
	x.Notes = append(append(c.noise(), c.suspicion()...), c.notes()...)
	return x, pin, fault
}

// deciphering returns the steps from an enciphered block to the clear one.
func (c *blockCase) deciphering(r *recorder) ([]Step, error) {
	if len(r.calls) == 2 {
		return c.decipheringTwice(r)
	}
	return []Step{{
		Title: "Decipher the block",
		Why:   "One block under the PIN key (ECB).",
		Rows: []Row{
			{Name: "block", Unit: Hex, Parts: cipherParts(r.calls[0].in)},
			r.row("clear block", Decipher, c.blockParts()),
		},
		Facts: []Fact{r.fact()},
	}}, nil
}

// decipheringTwice is the way of ISO-4.
func (c *blockCase) decipheringTwice(r *recorder) ([]Step, error) {
	s := Step{
		Title: "Decipher, combine, decipher again",
		Why:   "ISO 9564-1:2017 9.4: the block is deciphered, combined with the PAN field by exclusive or, and deciphered again, both times under the PIN key.",
	}
	return c.twice(r, s, func(first, second call, panField Row) []Row {
		return []Row{
			{Name: "block", Unit: Hex, Parts: cipherParts(first.in)},
			r.row("intermediate block B", Decipher, []Part{part(upperHex(first.out), Mixed, "")}),
			panField,
			{Name: "intermediate block A", Op: XOR, Unit: Hex, Parts: cipherParts(second.in)},
			r.row("PIN field", Decipher, c.blockParts()),
		}
	})
}

// noise says what a wrong first nibble means in a block that was deciphered.
func (c *blockCase) noise() []string {
	n := c.field[0]
	if n.wrong == "" || n.kind != Control {
		return nil
	}
	if c.format.BlockSize() == 16 {
		return []string{"Already the control nibble is wrong: the key or the PAN is another, or the block is of another format."}
	}
	return []string{"Already the control nibble is wrong: the key is another, or the block is of another format."}
}
