package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// nameOther says which PAN it is: one of those given with few digits changed,
// or one of which only the digits under fill are known.
func (s *search) nameOther(block []byte, f bound, sets [][]byte, evidence float64, how step) {
	r := reading{format: f.format, name: f.format.String(), step: step{bits: seldom(f.format)}}
	for _, a := range s.pans {
		if len(a.digits) < 13 {
			continue
		}
		twelve := a.digits[len(a.digits)-13 : len(a.digits)-1]
		wrong := differing(twelve, sets)
		if len(wrong) > 2 {
			continue
		}
		// The digits that are wrong lie under fill, so the PIN can be read with
		// the PAN that was given.
		field := xor(block, word(twelve))
		pin, ok := controlField(field, f.control, func(byte) bool { return true })
		if len(wrong) == 0 {
			if ok {
				return // the PAN itself: see short
			}
			wrong = underPIN(len(sets)) // where else it is wrong, the block cannot say
		}
		near := r
		near.step = r.and(step{
			what: fmt.Sprintf("for a PAN that differs from %s in %s", a.name, places(len(a.digits), wrong)),
			fix:  correction(a, wrong, sets),
			bits: 3 + a.bits,
		})
		s.add(field, pin, near, how, evidence+agreement(f, len(sets), len(wrong)))
		return
	}
	r.step = r.and(step{
		what: "for another PAN, whose last " + count(len(sets)) + " before the check digit " + are(sets),
		fix:  "Compare the PAN with that of the sender. The digits before these are not known, and so only the first two digits of the PIN are.",
		bits: 2,
	})
	s.add(block, "", r, how, evidence)
}

// differing returns the places, from 0 at the left of the twelve digits, where
// a digit is not one of those that the block allows.
func differing(twelve string, sets [][]byte) (wrong []int) {
	for i, set := range sets {
		at := 12 - len(sets) + i
		if !slices.Contains(set, twelve[at]-'0') {
			wrong = append(wrong, at)
		}
	}
	return wrong
}

// underPIN returns the places of the account digits that no fill digit covers.
func underPIN(covered int) (at []int) {
	for i := range 12 - covered {
		at = append(at, i)
	}
	return at
}

// agreement returns the evidence in bits that lies in all but so many digits
// of a PAN that was given being right.
func agreement(f bound, digits, wrong int) float64 {
	wrong = min(wrong, 2, digits)
	share := 10.0 // one digit in ten would be right by accident
	if len(f.fill) > 1 {
		share = 16.0 / 6
	}
	choices := float64(digits)
	if wrong == 2 {
		choices *= float64(digits-1) / 2
	}
	return float64(digits-wrong)*math.Log2(share) - math.Log2(choices)
}

func places(n int, wrong []int) string {
	var w []string
	for _, at := range wrong {
		w = append(w, fmt.Sprint(n-13+at+1))
	}
	if len(w) == 1 {
		return "digit " + w[0]
	}
	return "digits " + list(w, "and")
}

func correction(a account, wrong []int, sets [][]byte) string {
	n := len(a.digits)
	var w []string
	for _, at := range wrong {
		said := fmt.Sprintf("digit %d of %s is %c", n-13+at+1, a.name, a.digits[n-13+at])
		if i := at - 12 + len(sets); i >= 0 {
			said += ", and the block is for " + choice(sets[i])
		}
		w = append(w, said)
	}
	text := "Compare the PAN with that of the sender: " + list(w, "and") + "."
	if slices.ContainsFunc(sets, func(set []byte) bool { return len(set) > 1 }) {
		text += " The fill of the format is random, so that the block does not say more."
	}
	return text
}

func count(n int) string {
	if n == 1 {
		return "digit"
	}
	return fmt.Sprintf("%d digits", n)
}

func are(sets [][]byte) string {
	verb := "are "
	if len(sets) == 1 {
		verb = "is "
	}
	var w strings.Builder
	for _, set := range sets {
		w.WriteString(choice(set))
	}
	return verb + w.String()
}

// choice writes a set of digits: one as it is, several in brackets.
func choice(set []byte) string {
	var w strings.Builder
	for _, d := range set {
		w.WriteByte('0' + d)
	}
	if len(set) > 1 {
		return "[" + w.String() + "]"
	}
	return w.String()
}
