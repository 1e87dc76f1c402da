package pinverify

import (
	"errors"

	"github.com/pinion-hsm/pinion/pinblock"
)

// Errors of [Rules]. None of them quotes a PIN.
var (
	// ErrWeakPIN is the judgement that a PIN is too easy to guess. Which rule says
	// so is not told: the PIN came enciphered, and the rule would tell its pattern.
	ErrWeakPIN = errors.New("pinverify: the PIN is too easy to guess")
	// ErrRuleLength is the judgement that a PIN has too few or too many digits.
	ErrRuleLength = errors.New("pinverify: the PIN is not as long as the rules ask")
	// ErrRules is returned for rules whose lengths no PIN has.
	ErrRules = errors.New("pinverify: the rules must ask for 4 to 12 digits, the least not above the most")
	// ErrRulePAN is returned where the rules compare the PIN with the PAN and no
	// PAN was given.
	ErrRulePAN = errors.New("pinverify: the rules compare the PIN with the PAN: give the whole PAN")
)

// Rules says which PINs an issuer takes. It is a value: settings and nothing
// else. The zero Rules take every PIN of 4 to 12 digits, as ISO 9564-1:2017 8.1
// does. A PIN that any of the rules names is refused.
//
// Rules look at all digits of the PIN. A method that verifies only some of them
// ([VisaPVV]: the first four; [IBM3624] with a check length: the last) takes
// 1234 for a PIN that the rules saw as 123479: with such a method, set MaxLength
// to the digits it verifies.
type Rules struct {
	// MinLength and MaxLength are the fewest and the most digits. 0 means 4 for
	// the one and 12 for the other.
	MinLength, MaxLength int

	// Repeated refuses PINs of one digit: 1111, 777777. There are ten of a length.
	Repeated bool
	// Sequences refuses PINs that count up or down by one from beginning to end,
	// also past 9 and 0: 1234, 4321, 8901, 0987. There are 20 of a length.
	Sequences bool
	// Pairs refuses PINs that are pairs from beginning to end: two digits in turn
	// (1212, 12121, 121212), or every digit twice (1122, 112211). Both kinds hold
	// the PINs of one digit. PINs with an odd length are of the first kind only.
	Pairs bool
	// PAN refuses PINs whose digits stand in the PAN, next to one another and in
	// their order, wherever that is: the first digits and the last four, which are
	// on every receipt, but the others are on the card too. It needs a PAN.
	PAN bool
	// Common refuses the PINs that published statistics have as the commonest,
	// whether they are a pattern of digits or not: 1234, 2580, 1004, 159753. It is
	// a short list, of PINs of four and six digits.
	Common bool

	// Excluded is the issuer's own list of PINs.
	Excluded Exclusions `json:",omitzero"`
}

// CommonRules returns rules for a PIN that a cardholder chooses: everything that
// Rules knows, 4 to 12 digits, and an empty list of the issuer's own. For a PAN
// of 16 digits they leave at least 9,764 of the 10,000 PINs of four digits.
func CommonRules() Rules {
	return Rules{Repeated: true, Sequences: true, Pairs: true, PAN: true, Common: true}
}

// IsZero reports whether r are the zero Rules, which ask for nothing.
func (r Rules) IsZero() bool {
	return r.MinLength == 0 && r.MaxLength == 0 &&
		!r.Repeated && !r.Sequences && !r.Pairs && !r.PAN && !r.Common && r.Excluded.IsZero()
}

// Check returns [ErrRules] for lengths that no PIN has.
func (r Rules) Check() error {
	shortest, longest := r.lengths()
	if shortest < pinblock.MinPINLength || longest > pinblock.MaxPINLength || shortest > longest {
		return ErrRules
	}
	return nil
}

// TakesLength reports whether the rules take PINs of n digits.
func (r Rules) TakesLength(n int) bool {
	shortest, longest := r.lengths()
	return shortest <= n && n <= longest
}

func (r Rules) lengths() (shortest, longest int) {
	shortest, longest = r.MinLength, r.MaxLength
	if shortest == 0 {
		shortest = pinblock.MinPINLength
	}
	if longest == 0 {
		longest = pinblock.MaxPINLength
	}
	return shortest, longest
}

// Judge returns nil for a PIN that the rules take, [ErrRuleLength] for one that
// is too short or too long, and [ErrWeakPIN] for any other that they refuse. The
// zero PIN is [ErrPIN]; [ErrRulePAN] and what Check returns are no judgement.
//
// How long it takes depends on the rules and on the lengths of PIN and PAN. Only
// the list of excluded PINs is looked up in a map, whose order is random.
func (r Rules) Judge(pin pinblock.PIN, pan pinblock.PAN) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.PAN && pan.IsZero() {
		return ErrRulePAN
	}
	digits, n, err := pinDigits(pin)
	if err != nil {
		return err
	}
	if !r.TakesLength(n) {
		return ErrRuleLength
	}
	if r.weak(digits, n, pan) != 0 {
		return ErrWeakPIN
	}
	return nil
}

// weak asks every rule, whatever another has said, and returns 1 if any of them
// names the PIN.
func (r Rules) weak(digits uint64, n int, pan pinblock.PAN) uint64 {
	found := r.Excluded.holds(digits)
	if r.Repeated {
		found |= isRepeated(digits, n)
	}
	if r.Sequences {
		found |= isSequence(digits, n)
	}
	if r.Pairs {
		found |= isPairs(digits, n)
	}
	if r.PAN {
		found |= isInPAN(digits, n, pan)
	}
	if r.Common {
		found |= commonPINs().holds(digits)
	}
	return found
}
