package explain

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// ErrComponents is returned for components that are not those of the key.
var ErrComponents = errors.New("explain: the components are not those of the key: give what keys.Split returned for it")

// Split explains how the components that [keys.Split] drew make the key again: what is
// left after each of them, which in the end is the last one. The errors are
// [keys.ErrZeroKey], [keys.ErrComponentCount] and [ErrComponents].
func Split(key keys.Key, parts []keys.Component) (Explanation, error) {
	x := Explanation{Title: "Components of a key"}
	switch {
	case key.IsZero():
		return x, keys.ErrZeroKey
	case len(parts) < keys.MinComponents || len(parts) > keys.MaxComponents:
		return x, keys.ErrComponentCount
	}
	s := Step{
		Title: "Take random components from the key",
		Why:   "Each but the last is random, of odd parity for TDES, and is exclusive-ored to what is left; the last is what is left in the end.",
	}
	rest := cleartext.Bytes(key)
	s.Rows = []Row{{Name: "key, KCV " + key.KCV(), Unit: Hex, Parts: []Part{part(upperHex(rest), Key, "")}}}
	for i, c := range parts[:len(parts)-1] {
		if c.Algorithm() != key.Algorithm() {
			return x, ErrComponents
		}
		subtle.XORBytes(rest, rest, cleartext.ComponentBytes(c))
		s.Rows = append(s.Rows, componentRow(i+1, c),
			Row{Name: "what is left", Op: XOR, Unit: Hex, Parts: []Part{part(upperHex(rest), Key, "")}})
	}
	last := componentRow(len(parts), parts[len(parts)-1])
	if last.Value() != upperHex(rest) {
		return x, ErrComponents
	}
	s.Rows[len(s.Rows)-1].Name = last.Name
	x.Steps = []Step{s}
	for i, c := range parts {
		x.Answer = append(x.Answer, Fact{Name: fmt.Sprintf("component %d", i+1), Value: upperHex(cleartext.ComponentBytes(c)), Kind: Key, Note: "KCV " + c.KCV()})
	}
	x.Notes = []string{"The exclusive or of all of them is the key. All but one of them say nothing about it."}
	return x, nil
}
