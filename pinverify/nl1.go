package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// NL1 verifies a Netherlands PIN-1: digits three to six of the enciphered and
// decimalized validation data, plus an offset, each digit modulo 10. Its
// reference value is the offset: four digits. Source: IBM CCA, "Netherlands
// PIN-1".
type NL1 struct {
	// Table is the decimalization table.
	Table Table
	// Validation says what is enciphered.
	Validation Validation
}

var _ Referencer = NL1{}

// Name returns "nl-pin-1".
func (m NL1) Name() string { return "nl-pin-1" }

// Usages returns V0: X9.143 has no usage of its own for the method.
func (m NL1) Usages() []keys.Usage { return []keys.Usage{keys.UsagePVKOther} }

// Check returns [ErrTable], [ErrValidation] or [ErrPad] for a setting that is
// missing or out of range.
func (m NL1) Check() error { return checkData(m.Table, m.Validation) }

// Verify compares pin with the account's PIN for the offset. See [Method].
func (m NL1) Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error {
	want, err := m.PIN(ctx, key, pan, reference)
	if err != nil {
		return err
	}
	return decidePIN(pin, want)
}

// Reference returns the offset of pin. A PIN that is not four digits is [ErrPIN].
func (m NL1) Reference(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error) {
	digits, n, err := pinDigits(pin)
	if err != nil || n != 4 {
		return nil, ErrPIN
	}
	w, err := digits3to6(ctx, key, m.Table, m.Validation, pan)
	if err != nil {
		return nil, err
	}
	return text(sub(digits, w, 4), 4), nil
}

// PIN returns the PIN of an account that has this offset of four digits. Errors are
// those of Verify where it does not decide.
func (m NL1) PIN(ctx context.Context, key pinblock.Encrypter, pan pinblock.PAN, offset []byte) (pinblock.PIN, error) {
	w, err := digits3to6Plus(ctx, key, m.Table, m.Validation, pan, offset)
	if err != nil {
		return pinblock.PIN{}, err
	}
	return toPIN(w, 4), nil
}

func init() { known = append(known, NL1{}) }
