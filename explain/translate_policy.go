package explain

import (
	"strings"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/pinblock"
)

// policyStep asks every policy about a translation. The PIN's length counts only where
// the block could be opened.
func policyStep(from, to pinblock.Format, pin pinblock.PIN, fault error) Step {
	s := Step{
		Title: "Ask whether it is allowed",
		Why: "Each format keeps a PIN in its own way, and some translations would undo it. " +
			"The policy pci-pin is PCI PIN Security v3.1, requirement 3-3, and what a device has by default; ibm-cca is IBM's table; open is for test rigs.",
	}
	digits := -1
	if fault == nil {
		digits = pin.Len()
	}
	for _, p := range hsm.Policies() {
		s.Facts = append(s.Facts, policyFact(p, from, to, digits))
	}
	return s
}

// forbidden says beside the answer which policies are against it, if any is.
func forbidden(policies Step) []Fact {
	var names []string
	for _, f := range policies.Facts {
		if f.Kind == Wrong {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Fact{{Name: "forbidden by", Value: strings.Join(names, ", "), Kind: Wrong, Note: "a device under such a policy refuses this translation: see the first step"}}
}

// policyFact is what one policy says.
func policyFact(p hsm.Policy, from, to pinblock.Format, digits int) Fact {
	allowed := func(note string) Fact { return Fact{Name: p.String(), Value: "allowed", Kind: Right, Note: note} }
	upTo := func(n int, note string) Fact {
		if digits > n {
			return Fact{Name: p.String(), Value: "forbidden", Kind: Wrong, Note: note}
		}
		return allowed(note)
	}
	switch p.Rule(from, to) {
	case hsm.Yes:
		return allowed("")
	case hsm.SamePAN:
		return allowed("for the same PAN, and there is no way to ask for another")
	case hsm.Length4:
		return upTo(4, "for PINs of 4 digits")
	case hsm.Length4To6:
		return upTo(6, "for PINs of 4 to 6 digits")
	case hsm.ICCOnly:
		return Fact{Name: p.String(), Value: "to a chip card only", Note: "for a PIN that the card itself verifies"}
	}
	return Fact{Name: p.String(), Value: "forbidden", Kind: Wrong, Note: whyForbidden(p, from, to)}
}

// whyForbidden says what speaks against a translation.
func whyForbidden(p hsm.Policy, from, to pinblock.Format) string {
	switch {
	case from.BindsPAN() && !to.BindsPAN():
		return from.Name() + " is bound to its PAN, and a block of " + to.Name() + " could be joined to any other"
	case from.Base() == pinblock.ISO2:
		return "ISO-2 is for the way to a chip card, and nothing else is made of it"
	case p.String() == hsm.PolicyPCIPIN().String():
		for _, f := range []pinblock.Format{from, to} {
			if !strings.HasPrefix(f.Source(), "ISO 9564-1") {
				return f.Name() + " is not a format of ISO 9564-1"
			}
		}
	}
	return "the policy's table does not have this pair of formats"
}
