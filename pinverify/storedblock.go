package pinverify

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
)

// StoredBlock verifies against a PIN block that the issuer has stored. Its
// reference value is that block, enciphered under the method's key, a PIN key
// that can also decipher.
//
// Choose [pinblock.ISO4]. A format that binds no PAN, or binds it as loosely as
// ISO-0 and ISO-3 do, lets whoever can write to the store put the block of an
// account whose PIN they know in the place of another's.
type StoredBlock struct {
	// Format is the format of the stored block.
	Format pinblock.Format
}

var (
	_ Referencer = StoredBlock{}

	errCannotDecipher = fmt.Errorf("%w: a stored block needs a key that can also decipher", ErrKey)
	errOtherBlocks    = fmt.Errorf("%w: want an AES key for ISO-4, a TDES key for every other format", ErrKey)
)

// Name returns "stored-block".
func (m StoredBlock) Name() string { return "stored-block" }

// Usages returns P0.
func (m StoredBlock) Usages() []keys.Usage { return []keys.Usage{keys.UsagePIN} }

// Check returns [pinblock.ErrFormat] for a format that does not exist or has a
// setting it does not take.
func (m StoredBlock) Check() error {
	if !m.Format.Valid() {
		return pinblock.ErrFormat
	}
	return nil
}

// Verify opens the stored block and compares the PIN in it with pin. A block
// that does not open is [ErrReference]: wrong key, wrong PAN or damaged, it says
// nothing about the PIN. A key that cannot decipher or does not fit the format
// is [ErrKey]. See [Method].
func (m StoredBlock) Verify(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN, reference []byte) error {
	if err := m.checkKey(key); err != nil {
		return err
	}
	opener, ok := key.(pinblock.Decrypter)
	if !ok {
		return errCannotDecipher
	}
	if len(reference) != m.Format.BlockSize() {
		return ErrReference
	}
	stored, err := pinblock.Open(ctx, opener, m.Format, reference, pan)
	if errors.Is(err, pinblock.ErrBlock) {
		return ErrReference
	}
	if err != nil {
		return err
	}
	return decidePIN(pin, stored)
}

// Reference returns the enciphered block of pin, with fresh random fill where
// the format has any. A PIN that the format does not hold is [ErrPIN].
func (m StoredBlock) Reference(ctx context.Context, key pinblock.Encrypter, pin pinblock.PIN, pan pinblock.PAN) ([]byte, error) {
	if err := m.checkKey(key); err != nil {
		return nil, err
	}
	block, err := pinblock.Seal(ctx, nil, key, m.Format, pin, pan)
	switch {
	case errors.Is(err, pinblock.ErrPIN), errors.Is(err, pinblock.ErrPINLength), errors.Is(err, pinblock.ErrPadInPIN):
		return nil, ErrPIN
	case err != nil:
		return nil, err
	}
	return block, nil
}

func (m StoredBlock) checkKey(key pinblock.Encrypter) error {
	if err := m.Check(); err != nil {
		return err
	}
	if key == nil || key.BlockSize() != m.Format.BlockSize() {
		return errOtherBlocks
	}
	return nil
}

func init() { known = append(known, StoredBlock{}) }
