package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Interbank verifies an Interbank PIN, which has no reference value: the PIN of
// an account is computed from its PAN. The 11 rightmost PAN digits without the
// check digit, the constant 6, the key index and three validation digits are
// enciphered, and four digits scanned from the cryptogram as for a PVV; 0000
// becomes 0100. The PAN has at least 12 digits. Source: IBM CCA, "Interbank PIN
// generation algorithm".
type Interbank struct {
	// Index is the key index: 1 to 6.
	Index int
	// ValidationDigits are three decimal digits.
	ValidationDigits string
}

var _ Method = Interbank{}

// Name returns "interbank".
func (m Interbank) Name() string { return "interbank" }

// Usages returns V0: X9.143 has no usage of its own for the method.
func (m Interbank) Usages() []keys.Usage { return []keys.Usage{keys.UsagePVKOther} }

// Check returns [ErrIndex] for a key index out of range, and
// [ErrValidationDigits] for validation digits that are not three decimal digits.
func (m Interbank) Check() error {
	if m.Index < 1 || m.Index > 6 {
		return ErrIndex
	}
	if _, ok := parseDigits(m.ValidationDigits); !ok || len(m.ValidationDigits) != 3 {
		return ErrValidationDigits
	}
	return nil
}

// Verify compares pin with the account's PIN. The reference must be empty; there
// is none that could be kept. See [Method].
func (m Interbank) Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error {
	if len(reference) != 0 {
		return ErrReference
	}
	want, err := m.PIN(ctx, key, pan)
	if err != nil {
		return err
	}
	return decidePIN(pin, want)
}

// PIN returns the PIN of an account. Errors are those of Verify where it does not
// decide.
func (m Interbank) PIN(ctx context.Context, key pinblock.Encrypter, pan pinblock.PAN) (pinblock.PIN, error) {
	if err := m.Check(); err != nil {
		return pinblock.PIN{}, err
	}
	digits, _ := parseDigits(m.ValidationDigits)
	block, err := security(pan, 6<<16|uint64(m.Index)<<12|digits>>52)
	if err != nil {
		return pinblock.PIN{}, err
	}
	cryptogram, err := encipher(ctx, key, block)
	if err != nil {
		return pinblock.PIN{}, err
	}
	w := scan(cryptogram)
	return toPIN(w|isZero(w, 4)*0x0100<<48, 4), nil
}

func init() { known = append(known, Interbank{}) }
