package diagnose

import (
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/internal/luhn"
)

// account is a PAN as it was given.
type account struct {
	digits string
	name   string  // "the PAN", or which one of several
	bits   float64 // what it costs not to be the first
}

func accounts(pans []string) []account {
	var out []account
	for i, p := range pans {
		a := account{digits: p, name: "the PAN"}
		if len(pans) > 1 {
			a.name = "PAN " + strconv.Itoa(i+1)
		}
		if i > 0 {
			a.bits = 1
		}
		out = append(out, a)
	}
	return out
}

// withCheckDigit returns digits and their check digit.
func withCheckDigit(digits string) string { return digits + string(luhn.Digit(digits)) }

// described names the account only where there are several to choose from.
func (a account) described() string {
	if a.name == "the PAN" {
		return ""
	}
	return "for " + a.name
}

// list joins words as a person does, with "and" or "or" before the last.
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
