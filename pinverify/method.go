package pinverify

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Method is a PIN verification method: data, plus arithmetic on an opaque key.
// Methods are values, safe for concurrent use. Their zero values are invalid
// where a setting is needed, and [Method.Check] says so.
type Method interface {
	// Name returns the method's name in lower case, like "visa-pvv".
	Name() string

	// Usages returns the X9.143 usages that the method's key may have.
	Usages() []keys.Usage

	// Check validates the method's own settings. The other operations do so
	// too; Check is for finding a mistake when it is configured.
	Check() error

	// Verify returns nil if pin is the right one for the account and the
	// reference value, [ErrWrongPIN] if it is not, and any other error if it
	// could not be decided. A reference that is not one is [ErrReference],
	// never ErrWrongPIN. A PIN that the method's PINs cannot be for its length
	// is a wrong PIN. Further errors are those of Check, [ErrPIN] for the zero PIN,
	// [ErrPAN], [ErrKey], and the key's own. Values are compared in constant time.
	Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error
}

// Referencer is a [Method] that can compute the reference value of a PIN: the
// one with which Verify accepts that PIN.
type Referencer interface {
	Method

	// Reference returns the reference value of pin for the account. A PIN that
	// the method cannot have is [ErrPIN]. Further errors are those of Check,
	// [ErrPAN], [ErrKey], and the key's own.
	Reference(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error)
}
