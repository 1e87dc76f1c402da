package explain

import (
	"fmt"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// ibm3624 returns the steps, and whether they end with the right PIN. The reference is
// as long as the method wants it.
func (v *verification) ibm3624(m pinverify.IBM3624) ([]Step, bool, error) {
	pin, n := clear.Digits(v.pin), len(v.reference)
	if err := m.Check(); err != nil {
		return nil, false, err
	}
	if len(pin) < pinblock.MinPINLength {
		return []Step{shortPIN(m, pin)}, false, pinverify.ErrPIN
	}
	from, misfit := 0, lengthMisfit(m, len(pin), n)
	if misfit == "" {
		from = len(pin) - n
	}
	steps, all, err := naturalSteps(v.ctx, v.key, m, v.pan, from, n)
	if err != nil {
		return steps, false, err
	}
	account := addDigits(all[from:from+n], v.reference)
	entered := []Part{part(pin, Wrong, misfit)}
	if misfit == "" {
		entered = append(cutParts(part(pin[:from], Skipped, "not verified")), compared(pin[from:], account)...)
	}
	return append(steps, Step{
		Title: "Add the offset to the natural PIN",
		Why:   "Digit by digit, each modulo 10 and without carrying. " + whichDigits(m, n),
		Rows: []Row{
			{Name: "natural PIN", Unit: Digits, Parts: covered(all[:from+n], from, n, Taken)},
			{Name: "offset", Unit: Digits, Parts: behind(from, part(v.reference, Check, ""))},
			{Name: "PIN of the account", Op: Add, Unit: Digits, Parts: behind(from, part(account, PIN, ""))},
		},
	}, Step{
		Title: "Compare",
		Why:   "The PIN that was entered with the PIN of the account.",
		Rows: []Row{
			{Name: "PIN of the account", Unit: Digits, Parts: behind(from, part(account, PIN, ""))},
			{Name: "PIN entered", Op: Compare, Unit: Digits, Parts: entered},
		},
	}), misfit == "" && pin[from:] == account, nil
}

// lengthMisfit says why a PIN cannot be the right one for an offset, whatever its
// digits are.
func lengthMisfit(m pinverify.IBM3624, pin, offset int) string {
	switch {
	case m.CheckLength == pinverify.WholePIN && pin != offset:
		return fmt.Sprintf("%d digits, and the offset has %d: without a check length both have as many", pin, offset)
	case pin < offset:
		return fmt.Sprintf("%d digits, and the check length is %d", pin, offset)
	}
	return ""
}
