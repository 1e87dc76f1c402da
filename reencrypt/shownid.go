package reencrypt

import (
	"regexp"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
)

const (
	maxID     = 128 // how much of a card's id is shown
	minDigits = 13  // of what is taken for an account number
	minPAN    = 8   // digits of the row's own: shorter ones are none
)

// number is what an account number may look like in an id.
var number = regexp.MustCompile(`[0-9](?:[ -]?[0-9])+`)

// shownID returns the card's id as text. Where the account number is in it, or what may
// be one if the row has none, its middle is not shown.
func (r *row) shownID() string {
	id := strings.ToValidUTF8(string(r.id), "�")
	id = number.ReplaceAllStringFunc(id, r.shownDigits)
	return strings.ToValidUTF8(id[:min(len(id), maxID)], "�")
}

func (r *row) shownDigits(text string) string {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if r.pan.IsZero() && len(digits) >= minDigits {
		return digits[:6] + strings.Repeat("*", len(digits)-10) + digits[len(digits)-4:]
	}
	for i, n := 0, r.pan.Len(); n >= minPAN && i+n <= len(digits); i++ {
		if pan, err := pinblock.ParsePAN(digits[i : i+n]); err == nil && pan.Equal(r.pan) {
			return digits[:i] + pan.String() + digits[i+n:]
		}
	}
	return text
}
