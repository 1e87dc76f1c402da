package issuer

import (
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// Profile is what a product says of its cards' PINs.
type Profile struct {
	Name      string           // as registrations name it: 1 to 40 characters
	PINLength int              // digits of every PIN of the product, 4 to 12; 0 is 4
	MaxTries  int              // wrong PINs until the PIN is blocked, 1 to 15; 0 is DefaultMaxTries
	Method    pinverify.Method // VisaPVV, IBM3624 or StoredBlock
	MethodKey string           // its key on the HSM
	Reveal    bool             // the PIN may be shown: a block of it is kept
	Rules     pinverify.Rules  // which PINs are refused as weak; its lengths are set from PINLength
}

// DefaultMaxTries is the number of tries of a profile that has none.
const DefaultMaxTries = 3

// Check returns what is wrong with the profile, without asking any HSM.
func (p Profile) Check() error {
	_, err := p.check()
	return err
}

// check returns the profile with its defaults, or what is wrong with it.
func (p Profile) check() (*Profile, error) {
	if p.MaxTries == 0 {
		p.MaxTries = DefaultMaxTries
	}
	if p.PINLength == 0 {
		p.PINLength = pinblock.MinPINLength
	}
	switch {
	case p.Name == "" || len(p.Name) > 40:
		return nil, errors.New("issuer: a product's name has 1 to 40 characters")
	case p.PINLength < pinblock.MinPINLength || p.PINLength > pinblock.MaxPINLength:
		return nil, fmt.Errorf("issuer: product %s: PINs have 4 to 12 digits, not %d", p.Name, p.PINLength)
	case p.MaxTries < 1 || p.MaxTries > 15:
		return nil, fmt.Errorf("issuer: product %s: the number of tries is 1 to 15, not %d", p.Name, p.MaxTries)
	case p.MethodKey == "":
		return nil, fmt.Errorf("issuer: product %s: no key for the verification method", p.Name)
	case p.Method == nil:
		return nil, fmt.Errorf("issuer: product %s: no verification method", p.Name)
	}
	if _, ok := p.Method.(pinverify.Referencer); !ok {
		return nil, fmt.Errorf("issuer: product %s: %s has no reference value that could be kept for a PIN that is chosen", p.Name, p.Method.Name())
	}
	if err := p.Method.Check(); err != nil {
		return nil, fmt.Errorf("issuer: product %s: %w", p.Name, err)
	}
	p.Rules.MinLength, p.Rules.MaxLength = p.PINLength, p.PINLength
	if err := p.Rules.Check(); err != nil {
		return nil, fmt.Errorf("issuer: product %s: %w", p.Name, err)
	}
	return &p, nil
}
