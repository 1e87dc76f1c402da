package explain

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// Combine explains how components make a key: their exclusive or, one after the other,
// and what becomes of the parity of a TDES key. Errors are those of [keys.Combine]; with
// one the explanation ends at what is wrong.
func Combine(a keys.Algorithm, parity keys.Parity, parts []keys.Component) (Explanation, error) {
	x := Explanation{Title: "Key of its components"}
	key, err := keys.Combine(a, keys.UsageData, parity, parts...)
	step, sum := combineStep(a, parts)
	if len(step.Rows) == 0 {
		return x, err // no components
	}
	x.Steps = []Step{step}
	switch {
	case errors.Is(err, keys.ErrWeak):
		markWeak(&x.Steps[0], a, sum)
		return x, err
	case err != nil:
		return x, err
	}
	if adjusted := adjustStep(a, parity, sum); adjusted != nil {
		x.Steps = append(x.Steps, *adjusted)
		if parity == keys.OddParity {
			sum = cleartext.OddParity(sum)
		}
	}
	if upperHex(sum) != cleartext.Hex(key) {
		return x, errNotTheLibrary
	}
	return x, x.checkValues(a, sum)
}

// combineStep shows the components and their exclusive or, as far as they are of one
// length, and returns what it comes to.
func combineStep(a keys.Algorithm, parts []keys.Component) (Step, []byte) {
	s := Step{
		Title: "Exclusive-or the components",
		Why:   "Bit by bit, in any order. Compare the check value of each with what its holder has.",
	}
	var sum []byte
	for i, c := range parts {
		raw := cleartext.ComponentBytes(c)
		s.Rows = append(s.Rows, componentRow(i+1, c))
		if c.Algorithm() != a {
			last := &s.Rows[len(s.Rows)-1].Parts[0]
			last.Kind, last.Note = Wrong, fmt.Sprintf("%s: %s has %d", componentSize(c), a, a.KeySize())
			return s, nil
		}
		if sum == nil {
			sum = raw
			continue
		}
		subtle.XORBytes(sum, sum, raw)
		name := fmt.Sprintf("components 1 to %d", i+1)
		if i == len(parts)-1 {
			name = "key"
		}
		s.Rows = append(s.Rows, Row{Name: name, Op: XOR, Unit: Hex, Parts: []Part{part(upperHex(sum), Key, "")}})
	}
	return s, sum
}

// componentRow is a component under its number, with its check value.
func componentRow(n int, c keys.Component) Row {
	name := fmt.Sprintf("component %d", n)
	if c.KCV() != "" {
		name += ", KCV " + c.KCV()
	}
	return Row{Name: name, Unit: Hex, Parts: []Part{part(upperHex(cleartext.ComponentBytes(c)), Key, "")}}
}

func componentSize(c keys.Component) string {
	if c.IsZero() {
		return "nothing"
	}
	return fmt.Sprintf("made for %s, of %d bytes", c.Algorithm(), c.Algorithm().KeySize())
}

// markWeak says why what came out is no key.
func markWeak(s *Step, a keys.Algorithm, sum []byte) {
	p := &s.Rows[len(s.Rows)-1].Parts[0]
	p.Kind, p.Note = Wrong, weakness(a, sum)
	if p.Note == "all zeros" {
		p.Note += ": was one component entered twice? The same one twice cancels out"
	}
}

// adjustStep shows the parity of a TDES key, adjusted or not; nil for AES.
func adjustStep(a keys.Algorithm, parity keys.Parity, sum []byte) *Step {
	if a != keys.TDES2 && a != keys.TDES3 {
		return nil
	}
	s := parityStep(sum)
	s.Title, s.Why = "Adjust the parity", "The lowest bit of each byte makes the number of one bits odd, FIPS 46-3. DES does not use it: the check value stays."
	if parity == keys.KeepParity {
		s.Title, s.Rows = "Look at the parity", s.Rows[:1]
		s.Why = "It was not asked to be adjusted."
	}
	return &s
}

// checkValues ends an explanation with a key and its check values.
func (x *Explanation) checkValues(a keys.Algorithm, raw []byte) error {
	x.Answer = []Fact{{Name: "key", Value: upperHex(raw), Kind: Key, Note: a.String()}}
	methods := []keys.KCVMethod{keys.TDESECBZero}
	if a.BlockSize() == 16 {
		methods = []keys.KCVMethod{keys.AESCMACZero, keys.AESECBZero}
	}
	for _, m := range methods {
		step, kcv, err := kcvStep(raw, nil, m)
		if err != nil {
			return err
		}
		step.Title = "Check value of the key: " + step.Title
		x.Steps = append(x.Steps, step)
		x.Answer = append(x.Answer, Fact{Name: "KCV", Value: kcv, Kind: Check, Note: m.String()})
	}
	return nil
}
