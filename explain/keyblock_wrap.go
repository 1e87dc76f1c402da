package explain

import (
	"context"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// Wrap explains how a key block is made: of a protection key (KBPK), a header, a key
// and padding, which is random where it is nil. Arguments and errors are those of
// [clearblock.NewKBPK] and [clearblock.Wrap]; the answer is the block.
func Wrap(ctx context.Context, kbpk []byte, h keyblock.Header, key, padding []byte, opts ...keyblock.Option) (Explanation, error) {
	x := Explanation{Title: "Make a key block"}
	k, err := clearblock.NewKBPK(h.Version, kbpk)
	if err != nil {
		x.Steps = []Step{wrongKBPK(kbpk)}
		return x, err
	}
	block, err := clearblock.Wrap(ctx, k, h, key, padding, opts...)
	if err != nil {
		// A header that was refused is shown with what is wrong with it.
		if _, step, malformed := fieldStep("header", h.String()); malformed == nil {
			x.Steps = append(x.Steps, step)
		}
		return x, err
	}
	c, err := newKeyBlockCase(ctx, block, k, kbpk)
	if err != nil {
		return x, err
	}
	err = c.explainMaking(ctx, &x)
	return x, err
}

// explainMaking adds the steps of making a block.
func (c *keyBlockCase) explainMaking(ctx context.Context, x *Explanation) error {
	_, header, err := fieldStep("header", c.header)
	if err != nil {
		return err
	}
	header.Title = "Write the header"
	derived, err := c.keySteps(ctx)
	if err != nil {
		return err
	}
	x.Title += " of version " + string(c.h.Version) + ": " + meaningOf(keyblock.Explain(c.h), "version")
	x.Steps = append(append(x.Steps, header, c.payloadStep(), c.kbpkStep()), derived...)
	if c.variant() {
		x.Steps = append(x.Steps, c.encipherStep(), c.macStep(false))
	} else {
		x.Steps = append(x.Steps, c.macStep(false), c.encipherStep())
	}
	if !c.authentic() {
		return errNotTheLibrary
	}
	x.Steps = append(x.Steps, Step{Title: "Put the three together", Rows: []Row{{Name: "key block", Unit: Text, Parts: append(
		[]Part{{Text: c.header, Kind: Header, Note: "header"}}, secretParts(c.h, c.key, c.mac)...)}}})
	x.Answer = []Fact{{Name: "key block", Value: c.block}, {Name: "holds", Value: holds(keyblock.Explain(c.h))}}
	return nil
}

func (c *keyBlockCase) payloadStep() Step {
	return Step{
		Title: "Put the length before the key, and padding behind it",
		Why:   "Padding fills whole cipher blocks, and as many that a short key takes the room of a long one, X9.143 section 6.1.",
		Rows:  []Row{{Name: "to be enciphered", Unit: Hex, Parts: c.payloadParts()}},
	}
}

func (c *keyBlockCase) encipherStep() Step {
	iv, with := c.chaining()
	return Step{
		Title: "Encipher the key",
		Rows: []Row{
			iv,
			{Name: "to be enciphered", Unit: Hex, Parts: withoutNotes(c.payloadParts())},
			{Name: "enciphered key", Op: Encipher, With: with, Unit: Hex, Parts: []Part{{Text: c.key, Kind: Cipher}}},
		},
	}
}
