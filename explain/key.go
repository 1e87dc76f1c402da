package explain

import (
	"bytes"
	"fmt"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// desKey is the length of the keys that a TDES key is made of.
const desKey = 8

// algorithmsOf lists the algorithms that have keys of this length.
func algorithmsOf(raw []byte) (as []keys.Algorithm) {
	for _, a := range []keys.Algorithm{keys.TDES2, keys.TDES3, keys.AES128, keys.AES192, keys.AES256} {
		if a.KeySize() == len(raw) {
			as = append(as, a)
		}
	}
	return as
}

// keyStep shows a key in its parts, and what the library makes of it.
func keyStep(raw []byte) Step {
	s := Step{
		Title: "Look at the key",
		Why:   count(len(raw), "byte") + ".",
		Rows:  []Row{{Name: "key", Unit: Hex, Parts: []Part{part(upperHex(raw), Key, "")}}},
	}
	if parityFits(raw) && len(raw) > desKey {
		s.Rows[0].Parts = desParts(raw)
	}
	if len(raw) == desKey {
		s.Facts = []Fact{{Name: "as DES", Value: "refused", Kind: Wrong, Note: "8 bytes are single DES, which protects nothing"}}
	}
	for _, a := range algorithmsOf(raw) {
		s.Facts = append(s.Facts, strength(a, raw))
	}
	return s
}

// strength asks the library whether a key may be used, and says why not.
func strength(a keys.Algorithm, raw []byte) Fact {
	f := Fact{Name: "as " + a.String(), Value: "accepted", Kind: Right}
	if _, err := cleartext.New(a, keys.UsageData, raw); err != nil {
		f.Value, f.Kind, f.Note = "refused", Wrong, weakness(a, raw)
	}
	return f
}

// weakness says why the library refuses a key of the right length.
func weakness(a keys.Algorithm, raw []byte) string {
	switch {
	case bytes.Count(raw, []byte{0}) == len(raw):
		return "all zeros"
	case a == keys.TDES2 || a == keys.TDES3:
		return "neighbouring parts are equal, so two of the three steps cancel out: it is single DES in disguise"
	}
	return "weak"
}

// desParts are the DES keys that a TDES key is made of.
func desParts(raw []byte) (parts []Part) {
	for i := 0; i < len(raw); i += desKey {
		p := part(upperHex(raw[i:i+desKey]), Key, fmt.Sprintf("K%d of TDES", i/desKey+1))
		for j := 0; j < i; j += desKey {
			if !sameDES(raw[i:i+desKey], raw[j:j+desKey]) {
				continue
			}
			p.Note += fmt.Sprintf(", equal to K%d", j/desKey+1)
			if j == i-desKey {
				p.Kind = Wrong
			}
		}
		parts = append(parts, p)
	}
	return parts
}

// sameDES reports whether two DES keys are one but for their parity.
func sameDES(a, b []byte) bool { return bytes.Equal(cleartext.OddParity(a), cleartext.OddParity(b)) }

// parityFits reports whether a key could be of DES, whose bytes have a parity.
func parityFits(raw []byte) bool { return len(raw) == 8 || len(raw) == 16 || len(raw) == 24 }

// parityStep shows which bytes have not the odd parity of DES.
func parityStep(raw []byte) Step {
	rows, even := parityRows(raw, cleartext.OddParity(raw))
	f := Fact{Name: "parity", Value: "odd in every byte", Kind: Right, Note: "as DES keys have it"}
	switch even {
	case 0:
		rows = rows[:1]
	case len(raw):
		f = Fact{Name: "parity", Value: "even in every byte", Kind: Wrong, Note: "as an even number of components has, and their sum without an adjustment"}
	default:
		f = Fact{Name: "parity", Value: fmt.Sprintf("even in %d of %d bytes", even, len(raw)), Kind: Wrong, Note: "DES does not look at it, but many devices do"}
	}
	return Step{
		Title: "Parity of each byte, if it is a key of DES",
		Why:   "The lowest bit of each byte makes the number of one bits odd, FIPS 46-3. A key of AES has no parity.",
		Rows:  rows,
		Facts: []Fact{f},
	}
}

// parityRows shows a key and the same with odd parity, byte by byte, and counts the
// bytes that differ.
func parityRows(raw, odd []byte) (rows []Row, even int) {
	from := Row{Name: "key", Unit: Hex}
	to := Row{Name: "with odd parity", Op: Derive, With: "lowest bits", Unit: Hex}
	for i := range raw {
		above, below := part(upperHex(raw[i:i+1]), Key, ""), part(upperHex(odd[i:i+1]), Key, "")
		if raw[i] != odd[i] {
			above.Kind, above.Note, below.Kind = Wrong, "even", Check
			even++
		}
		from.Parts, to.Parts = append(from.Parts, above), append(to.Parts, below)
	}
	return []Row{from, to}, even
}
