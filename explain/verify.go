package explain

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// ErrMethod is returned for a PIN verification method that is not explained.
var ErrMethod = errors.New("explain: this method is not explained: use visa-pvv or ibm-3624")

// Verify explains whether a PIN is the one of a reference value: of a PVV for
// [pinverify.VisaPVV], of an offset for [pinverify.IBM3624]. Another method is
// [ErrMethod].
//
// Errors are those of the method: nil for the right PIN, [pinverify.ErrWrongPIN] for
// a wrong one, for which the explanation is as complete, and others where it could not
// be decided.
func Verify(ctx context.Context, key keys.Key, m pinverify.Method, pin pinblock.PIN, pan pinblock.PAN, reference []byte) (Explanation, error) {
	v := verification{ctx: ctx, key: key, pin: pin, pan: pan, reference: string(reference)}
	var x Explanation
	var steps func() ([]Step, bool, error)
	switch m := m.(type) {
	case pinverify.VisaPVV:
		x.Title, steps = "Verification of a PIN by its PVV (Visa)", func() ([]Step, bool, error) { return v.visaPVV(m) }
	case pinverify.IBM3624:
		x.Title, steps = "Verification of a PIN by its offset (IBM 3624)", func() ([]Step, bool, error) { return v.ibm3624(m) }
	default:
		return x, ErrMethod
	}
	decision := m.Verify(ctx, key, pin, pan, reference)
	if errors.Is(decision, pinverify.ErrReference) {
		x.Steps = []Step{wrongReference(m, string(reference))}
		return x, decision
	}
	var right bool
	var err error
	x.Steps, right, err = steps()
	switch {
	case err != nil:
		return x, err
	case decision != nil && !errors.Is(decision, pinverify.ErrWrongPIN):
		return x, decision
	case right != (decision == nil):
		return x, errNotTheLibrary
	}
	x.Answer = []Fact{verdict(right)}
	return x, decision
}

// verification is what is verified.
type verification struct {
	ctx       context.Context // of the one call that this is for
	key       keys.Key
	pin       pinblock.PIN
	pan       pinblock.PAN
	reference string
}

// visaPVV returns the steps, and whether they end with the right PIN.
func (v *verification) visaPVV(m pinverify.VisaPVV) ([]Step, bool, error) {
	steps, pvv, err := pvvSteps(v.ctx, v.key, m, v.pin, v.pan)
	if err != nil {
		return steps, false, err
	}
	return append(steps, Step{
		Title: "Compare",
		Why:   "The PVV of the PIN that was entered with the PVV of the account.",
		Rows: []Row{
			{Name: "PVV of the account", Unit: Digits, Parts: []Part{part(v.reference, Check, "")}},
			{Name: "PVV of the PIN", Op: Compare, Unit: Digits, Parts: compared(pvv, v.reference)},
		},
	}), pvv == v.reference, nil
}

func verdict(right bool) Fact {
	if right {
		return Fact{Name: "answer", Value: "right PIN", Kind: Right}
	}
	return Fact{Name: "answer", Value: "wrong PIN", Kind: Wrong}
}
