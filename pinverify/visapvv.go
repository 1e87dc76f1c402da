package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// VisaPVV verifies against a Visa PIN verification value. Its reference value is
// the PVV: four digits.
//
// The 11 rightmost PAN digits without the check digit, the key index, and the
// four leftmost PIN digits are enciphered under the PVK pair, and four digits
// scanned from the cryptogram, see [ScanPVV]. So only the first four digits of a
// longer PIN are verified, and of the 10,000 PINs of four digits several can
// share a PVV. The PAN has at least 12 digits. Source: IBM CCA, "VISA PIN
// validation value".
type VisaPVV struct {
	// Index is the PIN verification key index, PVKI: 1 to 6.
	Index int
	// AllowIndex0 also allows index 0, which for Visa means that the PIN is not
	// verified with a PVV, but which some services use.
	AllowIndex0 bool
}

var _ Referencer = VisaPVV{}

// Name returns "visa-pvv".
func (m VisaPVV) Name() string { return "visa-pvv" }

// Usages returns V2.
func (m VisaPVV) Usages() []keys.Usage { return []keys.Usage{keys.UsageVisaPVV} }

// Check returns [ErrIndex] if the index is out of range.
func (m VisaPVV) Check() error {
	if m.Index < 0 || m.Index > 6 || m.Index == 0 && !m.AllowIndex0 {
		return ErrIndex
	}
	return nil
}

// Verify compares the PVV of pin with the reference. See [Method].
func (m VisaPVV) Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error {
	want, err := parseReference(reference, 4)
	if err != nil {
		return err
	}
	got, err := m.pvv(ctx, key, pin, pan)
	if err != nil {
		return err
	}
	return decide(got, want)
}

// Reference returns the PVV of pin. See [Referencer].
func (m VisaPVV) Reference(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error) {
	pvv, err := m.pvv(ctx, key, pin, pan)
	if err != nil {
		return nil, err
	}
	return text(pvv, 4), nil
}

func (m VisaPVV) pvv(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) (uint64, error) {
	if err := m.Check(); err != nil {
		return 0, err
	}
	digits, _, err := pinDigits(pin)
	if err != nil {
		return 0, err
	}
	block, err := security(pan, uint64(m.Index)<<16|digits>>48)
	if err != nil {
		return 0, err
	}
	cryptogram, err := encipher(ctx, key, block)
	if err != nil {
		return 0, err
	}
	return scan(cryptogram), nil
}

func init() { known = append(known, VisaPVV{}) }
