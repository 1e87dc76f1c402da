package main

import (
	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/explain"
)

// explanation is the flag --explain of the lab commands: how the answer comes about,
// in place of the answer alone.
type explanation struct{ explain bool }

// explainFlag adds --explain to a command.
func (x *explanation) explainFlag(c *cobra.Command) {
	c.Flags().BoolVar(&x.explain, "explain", false, "print every step, digit by digit, and the answer below them")
}

// explained prints an explanation as far as it got, and returns err, which says why it
// got no further. With --json it is one object, as package explain has it.
func (o *output) explained(e *env, x explain.Explanation, err error) error {
	if len(x.Steps) > 0 {
		if failed := o.write(e, x.Text(), x); failed != nil {
			return failed
		}
	}
	return err
}
