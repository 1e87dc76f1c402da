package explain

import (
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/keyblock"
)

// kbpkStep shows the protection key, and whether it is the one that the block names.
func (c *keyBlockCase) kbpkStep() Step {
	s := Step{
		Title: "Take the protection key",
		Why:   "The key block protection key (KBPK) is never used itself: two keys are made of it.",
		Rows:  []Row{{Name: "KBPK", Unit: Hex, Parts: []Part{{Text: upperHex(c.raw), Kind: Key, Note: c.kbpk.Algorithm().String()}}}},
		Facts: checkValues(c.cipher(), c.raw),
	}
	return addCheck(s, c.h, "KP", c.cipher(), c.raw)
}

// wrongKBPK is the step in the place of the others for bytes that are no KBPK.
func wrongKBPK(raw []byte) Step {
	return Step{Title: "Take the protection key", Facts: []Fact{{
		Name: "KBPK", Value: count(len(raw), "byte"), Kind: Wrong,
		Note: "versions A, B and C take TDES keys of 16 or 24 bytes, D and E take AES keys of 16, 24 or 32",
	}}}
}

// checkValues are the check values of a key by the methods that are usual for its
// cipher.
func checkValues(cipher string, raw []byte) (facts []Fact) {
	methods := map[string][]keys.KCVMethod{"TDES": {keys.TDESECBZero}, "AES": {keys.AESCMACZero, keys.AESECBZero}}
	for _, m := range methods[cipher] {
		if kcv, err := cleartext.KCV(raw, m, nil, 6); err == nil {
			facts = append(facts, Fact{Name: "check value", Value: kcv, Kind: Check, Note: m.String()})
		}
	}
	return facts
}

// addCheck adds whether a key has the check value in an optional block.
func addCheck(s Step, h keyblock.Header, id, cipher string, raw []byte) Step {
	b, _ := h.Block(id)
	v, err := b.CheckValue()
	if err != nil {
		return s // there is none, or not in its form, which Check has said
	}
	m := map[string][2]keys.KCVMethod{
		"TDES": {keys.TDESECBZero, keys.TDESCMACZero}, "AES": {keys.AESECBZero, keys.AESCMACZero},
	}[cipher][map[bool]int{true: 1}[v.CMAC]]
	kcv, err := cleartext.KCV(raw, m, nil, len(v.KCV))
	if err != nil {
		return s // no key of that cipher
	}
	f := Fact{Name: "optional block " + id, Value: v.KCV, Kind: Right, Note: "the check value of this key, " + m.String()}
	if kcv != v.KCV {
		f.Kind, f.Note = Wrong, "another key: this one has "+kcv+", "+m.String()
	}
	s.Facts = append(s.Facts, f)
	return s
}
