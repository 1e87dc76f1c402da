package reencrypt

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	maxID     = 128 // how much of a card's id is shown
	minDigits = 12  // of what is taken for an account number
	minPAN    = 8   // digits of the row's own: shorter ones are none
)

var (
	// number is what an account number may look like in an id: digits, and between two
	// of them at most three characters that are neither letter nor digit.
	number = regexp.MustCompile(`\p{Nd}(?:[^\p{L}\p{N}]{0,3}\p{Nd})*`)
	// cipher is what a PIN block looks like. The longest that a UUID has is 12.
	cipher = regexp.MustCompile(`[0-9A-Fa-f]{16,}`)
)

// shownID returns the card's id as text, without what may be a PIN block in it and
// without the middle of what may be an account number. It does not ask what the row's
// own account number is, which may be in another column or not be there at all. But
// where that is a shorter number than others have, as short a number is hidden too.
func (r *row) shownID() string {
	least := minDigits
	if n := r.pan.Len(); n >= minPAN {
		least = min(least, n)
	}
	id := strings.ToValidUTF8(string(r.id), "�")
	id = cipher.ReplaceAllStringFunc(id, hiddenBlock)
	id = number.ReplaceAllStringFunc(id, func(text string) string { return hiddenNumber(text, least) })
	return strings.ToValidUTF8(id[:min(len(id), maxID)], "�")
}

// hiddenBlock hides hex digits that are no number.
func hiddenBlock(text string) string {
	if strings.Trim(text, "0123456789") == "" {
		return text
	}
	return strings.Repeat("*", len(text))
}

// hiddenNumber leaves as much of a number of at least so many digits as [pinblock.PAN]
// shows of one: the first six and the last four, of less than 13 the last four.
func hiddenNumber(text string, least int) string {
	n, first, at := 0, 6, 0
	for _, r := range text {
		if unicode.Is(unicode.Nd, r) {
			n++
		}
	}
	if n < least {
		return text
	}
	if n < 13 {
		first = 0
	}
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.Nd, r) {
			return r
		}
		if at++; at > first && at <= n-4 {
			return '*'
		}
		return r
	}, text)
}
