package explain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// NaturalPIN explains the IBM 3624 PIN of an account without an offset, 4 to 16 digits
// of it: validation data, cryptogram, decimalization. Source: IBM CCA, "IBM 3624 PIN
// generation algorithm". Errors are those of [pinverify.IBM3624.Natural].
func NaturalPIN(ctx context.Context, key keys.Key, m pinverify.IBM3624, pan pinblock.PAN, digits int) (Explanation, error) {
	x := Explanation{Title: "Natural PIN of an account (IBM 3624)"}
	want, err := m.Natural(ctx, key, pan, digits)
	if errors.Is(err, pinverify.ErrPIN) {
		return x, err // it has no such number of digits
	}
	var all string
	if x.Steps, all, err = naturalSteps(ctx, key, m, pan, 0, digits); err != nil {
		return x, err
	}
	natural := all[:digits]
	if natural != clear.Digits(want) {
		return x, errNotTheLibrary
	}
	x.Steps = append(x.Steps, Step{
		Title: "Take the natural PIN",
		Why:   fmt.Sprintf("The %d leftmost digits: as many as the PIN has.", digits),
		Rows: []Row{
			{Name: "decimalized", Unit: Digits, Parts: covered(all, 0, digits, Taken)},
			{Name: "natural PIN", Op: Take, Unit: Digits, Parts: []Part{part(natural, PIN, "")}},
		},
	})
	x.Answer = []Fact{{Name: "natural PIN", Value: natural, Kind: PIN}}
	return x, nil
}

// Offset explains the IBM 3624 offset of a PIN: PIN less natural PIN, each digit modulo
// 10. Source: IBM CCA, "IBM 3624 PIN offset generation algorithm". Errors are those of
// [pinverify.IBM3624.Reference].
func Offset(ctx context.Context, key keys.Key, m pinverify.IBM3624, pin pinblock.PIN, pan pinblock.PAN) (Explanation, error) {
	x := Explanation{Title: "Offset of a PIN (IBM 3624)"}
	want, err := m.Reference(ctx, key, pin, pan)
	digits := clear.Digits(pin)
	switch {
	case errors.Is(err, pinverify.ErrPIN):
		x.Steps = []Step{shortPIN(m, digits)}
		return x, err
	case m.Check() != nil:
		return x, m.Check()
	}
	from, n := coveredBy(m, digits)
	var all string
	if x.Steps, all, err = naturalSteps(ctx, key, m, pan, from, n); err != nil {
		return x, err
	}
	offset := subtractDigits(digits[from:], all[from:from+n])
	if offset != string(want) {
		return x, errNotTheLibrary
	}
	x.Steps = append(x.Steps, Step{
		Title: "Subtract the natural PIN from the PIN",
		Why:   "Digit by digit, each modulo 10 and without borrowing. " + whichDigits(m, n),
		Rows: []Row{
			{Name: "PIN", Unit: Digits, Parts: covered(digits, from, n, PIN)},
			{Name: "natural PIN", Unit: Digits, Parts: covered(all[:len(digits)], from, n, Taken)},
			{Name: "offset", Op: Subtract, Unit: Digits, Parts: behind(from, part(offset, Check, ""))},
		},
	})
	x.Answer = []Fact{{Name: "offset", Value: offset, Kind: Check}}
	x.Notes = offsetNotes(from, n)
	return x, nil
}

// coveredBy returns where in a PIN the digits that an offset covers begin, and how
// many they are.
func coveredBy(m pinverify.IBM3624, pin string) (from, n int) {
	if m.CheckLength == pinverify.WholePIN {
		return 0, len(pin)
	}
	return len(pin) - m.CheckLength, m.CheckLength
}

// behind puts a part below the nth character of the row above.
func behind(n int, p Part) []Part {
	return cutParts(part(strings.Repeat(blank, n), Skipped, ""), p)
}

func offsetNotes(from, n int) []string {
	if from == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Only the last %d digits of the PIN are verified: every PIN of this length that ends with them has this offset.", n)}
}

// shortPIN is the step of a PIN that the offset covers more of than there is.
func shortPIN(m pinverify.IBM3624, pin string) Step {
	note := count(len(pin), "digit") + ", and a PIN has 4 or more"
	if len(pin) >= pinblock.MinPINLength {
		note = fmt.Sprintf("%s, and the offset covers %d", count(len(pin), "digit"), m.CheckLength)
	}
	return Step{Title: "Look at the PIN", Rows: []Row{{Name: "PIN", Unit: Digits, Parts: []Part{part(pin, Wrong, note)}}}}
}

// covered parts digits into the n from one on, and what is not covered.
func covered(digits string, from, n int, kind Kind) []Part {
	return cutParts(
		part(digits[:from], Skipped, "not covered"),
		part(digits[from:from+n], kind, ""),
		part(digits[from+n:], Skipped, "not used"))
}

// whichDigits says what an offset of n digits covers.
func whichDigits(m pinverify.IBM3624, n int) string {
	if m.CheckLength == pinverify.WholePIN {
		return "The offset is as long as the PIN."
	}
	return fmt.Sprintf("The offset covers the last %d digits of the PIN, as the check length says, and the digits of the natural PIN in the same places.", n)
}
