package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// WholePIN is the check length of [IBM3624] with which the offset is as long as
// the PIN.
const WholePIN = 0

// IBM3624 verifies an IBM 3624 PIN: the natural PIN of an account, which is its
// enciphered and decimalized validation data, plus an offset, each digit modulo
// 10. Its reference value is the offset: 4 to 16 digits. Where issuers have no
// offsets and PINs are the natural ones, the offset is zeros.
//
// With a CheckLength the offset covers only so many digits from the right end of
// the PIN, and only those are verified: every PIN with these last digits is
// accepted, whatever is left of them, and how long a PIN is decides at which
// digit of the natural PIN they begin. Source: IBM CCA, "IBM 3624 PIN offset".
type IBM3624 struct {
	// Table is the decimalization table.
	Table Table
	// Validation says what is enciphered.
	Validation Validation
	// CheckLength is WholePIN, or the number of digits, 4 to 16, that the offset
	// covers, counted from the right end of the PIN as IBM CCA counts.
	CheckLength int
}

var _ Referencer = IBM3624{}

// Name returns "ibm-3624".
func (m IBM3624) Name() string { return "ibm-3624" }

// Usages returns V1.
func (m IBM3624) Usages() []keys.Usage { return []keys.Usage{keys.UsageIBM3624} }

// Check returns [ErrCheckLength], [ErrTable], [ErrValidation] or [ErrPad] for a
// setting that is missing or out of range.
func (m IBM3624) Check() error {
	if m.CheckLength != WholePIN && (m.CheckLength < minPIN || m.CheckLength > maxPIN) {
		return ErrCheckLength
	}
	return checkData(m.Table, m.Validation)
}

// Verify compares the digits of pin that the offset covers with natural PIN plus
// offset. A PIN of another length than the offset or, with a CheckLength, one
// that is shorter, is a wrong PIN. See [Method].
func (m IBM3624) Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error {
	offset, n, err := m.offset(reference)
	if err != nil {
		return err
	}
	digits, length, err := pinDigits(pin)
	if err != nil {
		return err
	}
	w, err := m.natural(ctx, key, pan)
	if err != nil {
		return err
	}
	if length < n || m.CheckLength == WholePIN && length != n {
		return ErrWrongPIN
	}
	return decide(take(digits, length-n, n), add(take(w, length-n, n), offset, n))
}

// Reference returns the offset of pin: as long as the PIN or, with a
// CheckLength, that long. A PIN shorter than CheckLength is [ErrPIN].
func (m IBM3624) Reference(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	digits, length, err := pinDigits(pin)
	if err != nil {
		return nil, err
	}
	n := m.CheckLength
	if n == WholePIN {
		n = length
	}
	if length < n {
		return nil, ErrPIN
	}
	w, err := m.natural(ctx, key, pan)
	if err != nil {
		return nil, err
	}
	return text(sub(take(digits, length-n, n), take(w, length-n, n), n), n), nil
}

// Natural returns the natural PIN of an account, n digits, 4 to 16: the PIN
// whose offset is zeros. Errors are [ErrPIN] for another number of digits, those of
// Check, [ErrPAN], [ErrKey], and the key's own.
func (m IBM3624) Natural(ctx context.Context, key pinblock.Encrypter, pan pinblock.PAN, n int) (pinblock.PIN, error) {
	if n < minPIN || n > maxPIN {
		return pinblock.PIN{}, ErrPIN
	}
	w, err := m.natural(ctx, key, pan)
	if err != nil {
		return pinblock.PIN{}, err
	}
	return toPIN(w, n), nil
}

// PIN returns the PIN of an account that has this offset, as long as the offset. Errors
// are those of Verify where it does not decide.
func (m IBM3624) PIN(ctx context.Context, key pinblock.Encrypter, pan pinblock.PAN, offset []byte) (pinblock.PIN, error) {
	digits, n, err := m.offset(offset)
	if err != nil {
		return pinblock.PIN{}, err
	}
	w, err := m.natural(ctx, key, pan)
	if err != nil {
		return pinblock.PIN{}, err
	}
	return toPIN(add(w, digits, n), n), nil
}

// offset packs an offset and returns its length.
func (m IBM3624) offset(reference []byte) (w uint64, n int, err error) {
	if err := m.Check(); err != nil {
		return 0, 0, err // CheckLength is needed below
	}
	n = m.CheckLength
	if n == WholePIN {
		n = max(minPIN, min(len(reference), maxPIN))
	}
	w, err = parseReference(reference, n)
	return w, n, err
}

func (m IBM3624) natural(ctx context.Context, key pinblock.Encrypter, pan pinblock.PAN) (uint64, error) {
	if err := m.Check(); err != nil {
		return 0, err
	}
	return natural(ctx, key, m.Table, m.Validation, pan)
}

func init() { known = append(known, IBM3624{}) }
