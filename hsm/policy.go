package hsm

import (
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
)

// Rule is what a policy says of one translation.
type Rule uint8

// The rules. There is no way to translate for another PAN, so Yes and SamePAN
// differ only in what the policy's document says; and a PIN that does not fit
// the outgoing format is refused whatever the rule, which is all that Length4
// and Length4To6 ask.
const (
	No         Rule = iota // never
	Yes                    // always
	SamePAN                // with the PAN unchanged
	Length4                // for PINs of 4 digits
	Length4To6             // for PINs of 4 to 6 digits
	ICCOnly                // towards a chip card only: see Translation.ToChipCard
)

var ruleNames = [...]string{"no", "yes", "same-pan", "len4", "len4-6", "icc-only"}

// String returns the rule as the test vectors name it.
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return "invalid rule"
}

// Policy says which PIN block format may be translated into which. The zero
// Policy allows nothing.
type Policy struct {
	name string
	rule func(from, to pinblock.Format) Rule
}

// The policies. What a policy does not name, it does not allow; only PolicyOpen
// allows everything, and it is for test rigs.
var (
	policyPCIPIN = Policy{"pci-pin", pciPIN}
	policyIBMCCA = Policy{"ibm-cca", ibmCCA}
	policyOpen   = Policy{"open", func(_, _ pinblock.Format) Rule { return Yes }}
)

// PolicyPCIPIN is PCI PIN Security v3.1 requirement 3-3, which is ISO 9564-1's
// table: ISO-0, 3 and 4 among themselves for the same PAN and never to ISO-1;
// ISO-1 to any of them; ISO-2 only towards a chip card. It is the default.
func PolicyPCIPIN() Policy { return policyPCIPIN }

// PolicyIBMCCA is the PIN block restriction table of IBM CCA, with ISO-4 as the
// verb PTR2 adds it.
func PolicyIBMCCA() Policy { return policyIBMCCA }

// PolicyOpen allows every translation. It is for test rigs.
func PolicyOpen() Policy { return policyOpen }

// Policies returns every policy.
func Policies() []Policy { return []Policy{policyPCIPIN, policyIBMCCA, policyOpen} }

// ParsePolicy returns the policy of the given name: pci-pin, ibm-cca or open. The error
// says that there is no other.
func ParsePolicy(name string) (Policy, error) {
	for _, p := range Policies() {
		if strings.EqualFold(p.name, strings.TrimSpace(name)) {
			return p, nil
		}
	}
	return Policy{}, fmt.Errorf("hsm: unknown policy %s: want pci-pin, ibm-cca or open", quote(name))
}

// String returns the policy's name.
func (p Policy) String() string {
	if p.name == "" {
		return "no policy"
	}
	return p.name
}

// Rule returns what the policy says of a translation between two formats.
func (p Policy) Rule(from, to pinblock.Format) Rule {
	if p.rule == nil || from.Base() == 0 || to.Base() == 0 {
		return No
	}
	return p.rule(from.Base(), to.Base())
}

// check returns nil if a translation may be done.
func (p Policy) check(t *Translation) error {
	switch p.Rule(t.From.Format, t.To.Format) {
	case No:
		return &Error{Err: ErrPolicy, Hint: fmt.Sprintf("policy %s does not let %s become %s", p, t.From.Format.Name(), t.To.Format.Name())}
	case ICCOnly:
		if !t.ToChipCard {
			return &Error{Err: ErrPolicy, Hint: fmt.Sprintf("policy %s lets %s become %s only towards a chip card (Translation.ToChipCard, --to-chip-card)",
				p, t.From.Format.Name(), t.To.Format.Name())}
		}
	}
	return nil
}

// The kinds of format that the tables speak of.
const (
	kindOther    = iota
	kindPAN      // ISO-0, 3, 4: bound to the PAN
	kindISO1     // random, not bound
	kindISO2     // offline, to a chip card
	kindLegacy   // IBM's non-ISO formats, 4 to 12 digits
	kindLegacy46 // those of 4 to 6 digits
	kindLegacy4  // the one of 4 digits
)

func kind(f pinblock.Format) int {
	switch f {
	case pinblock.ISO0, pinblock.ISO3, pinblock.ISO4:
		return kindPAN
	case pinblock.ISO1:
		return kindISO1
	case pinblock.ISO2:
		return kindISO2
	case pinblock.VISA3, pinblock.IBM3621, pinblock.IBM3624, pinblock.IBM4704:
		return kindLegacy
	case pinblock.VISA2, pinblock.ECI3:
		return kindLegacy46
	case pinblock.ECI2:
		return kindLegacy4
	}
	return kindOther
}

// pciPIN is the table of PCI PIN Security v3.1, requirement 3-3.
func pciPIN(from, to pinblock.Format) Rule {
	f, t := kind(from), kind(to)
	switch {
	case t == kindISO2 && (f == kindPAN || f == kindISO1 || f == kindISO2):
		return ICCOnly
	case f == kindPAN && t == kindPAN:
		return SamePAN
	case f == kindISO1 && (t == kindPAN || t == kindISO1):
		return Yes
	}
	return No
}

// ibmCCA is the table of IBM CCA, "PCI HSM PIN block restrictions".
func ibmCCA(from, to pinblock.Format) Rule {
	f, t := kind(from), kind(to)
	switch {
	case f == kindPAN && t == kindPAN && (to != pinblock.ISO3 || from == pinblock.ISO4):
		return SamePAN
	case f == kindPAN && (to == pinblock.ISO3 || to == pinblock.ISO2):
		return Yes
	case f == kindISO1 && (t == kindPAN || t == kindISO1 || t == kindISO2):
		return Yes
	case f == kindISO2:
		if t == kindISO2 {
			return Yes
		}
		return No
	case f >= kindLegacy && t == kindLegacy4 && f != kindLegacy4:
		return Length4
	case f == kindLegacy && t == kindLegacy46:
		return Length4To6
	case f >= kindLegacy && t >= kindLegacy:
		return Yes
	}
	return No
}
