package explain

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// Leg is one side of a translation.
type Leg struct {
	Key     keys.Key
	Format  pinblock.Format
	Options *clear.Options
}

// Translate explains how a block becomes one for another key and, if asked, of another
// format, for the same PAN: what the policies of package hsm say of it, how the block
// is opened, and how the new one is sealed. No policy keeps it from going on. What is
// wrong with the new block is a [*TargetError].
func Translate(ctx context.Context, block []byte, pan pinblock.PAN, from, to Leg) (Explanation, error) {
	x := Explanation{Title: "Translate " + from.Format.String() + " to " + to.Format.String()}
	in, pin, fault := open(ctx, from.Key, from.Format, block, pan, from.Options)
	var policies Step
	if from.Format.Valid() && to.Format.Valid() {
		policies = policyStep(from.Format, to.Format, pin, fault)
		x.Steps = []Step{policies}
	}
	x.Steps = append(x.Steps, titled("Incoming block: ", in.Steps)...)
	if fault != nil {
		x.Notes = in.Notes
		return x, fault
	}
	out, err := Seal(ctx, to.Key, to.Format, pin, pan, to.Options)
	x.Steps = append(x.Steps, titled("New block: ", out.Steps)...)
	x.Answer, x.Notes = out.Answer, out.Notes
	if err != nil {
		return x, &TargetError{err}
	}
	x.Answer = append(x.Answer, forbidden(policies)...)
	return x, nil
}

// TargetError is an error about the new block of a translation: its key, its format,
// or the PIN in it. Other errors are about the block that comes in.
type TargetError struct{ err error }

// Error says what is wrong.
func (e *TargetError) Error() string { return e.err.Error() }

// Unwrap returns what is wrong.
func (e *TargetError) Unwrap() error { return e.err }

// titled says of which block steps are.
func titled(of string, steps []Step) []Step {
	for i := range steps {
		steps[i].Title = of + lowerFirst(steps[i].Title)
	}
	return steps
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }
