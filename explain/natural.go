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

// allNibbles is what a cryptogram can be made of, in the order of a decimalization
// table.
const allNibbles = "0123456789ABCDEF"

// naturalSteps are the steps to the 16 digits from which an IBM 3624 PIN is taken, and
// the digits. Of them it says which are taken: those from the nth on, and how many.
func naturalSteps(ctx context.Context, key keys.Key, m pinverify.IBM3624, pan pinblock.PAN, from, n int) ([]Step, string, error) {
	w := &witness{Encrypter: key}
	all, err := m.Natural(ctx, w, pan, len(allNibbles))
	switch {
	case errors.Is(err, pinverify.ErrPAN):
		return []Step{shortPAN(m.Validation, clear.PANDigits(pan))}, "", err
	case errors.Is(err, pinverify.ErrKey):
		return []Step{wrongKey(key)}, "", err
	case err != nil:
		return nil, "", err
	}
	table, err := tableDigits(m.Table)
	if err != nil {
		return nil, "", err
	}
	data := validationParts(m.Validation, upperHex(w.in))
	decimalize, digits := decimalizeStep(upperHex(w.out), table, from, n)
	if digits != clear.Digits(all) {
		return nil, "", errNotTheLibrary
	}
	return []Step{
		validationStep(m.Validation, clear.PANDigits(pan), data),
		w.step("validation data", withoutNotes(data), key),
		tableStep(table),
		decimalize,
	}, digits, nil
}

// tableDigits asks a table for its digits, which it does not print: it decimalizes
// each nibble.
func tableDigits(t pinverify.Table) (string, error) {
	digits, err := t.Decimalize([]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}, len(allNibbles))
	return clear.Digits(digits), err
}

func tableStep(table string) Step {
	why := "A cryptogram has the digits A to F too. The table has a decimal digit for each nibble, that for 0 first."
	if table == "0123456789012345" {
		why += " This is the usual one: 0 to 9 stay, and A to F become 0 to 5."
	}
	return Step{
		Title: "Decimalization table",
		Why:   why,
		Rows: []Row{
			{Name: "nibble", Unit: Hex, Parts: []Part{part(allNibbles, Cipher, "")}},
			{Name: "digit", Unit: Digits, Parts: []Part{part(table, Taken, "")}},
		},
	}
}

// decimalizeStep replaces each nibble of a cryptogram by its digit.
func decimalizeStep(cryptogram, table string, from, n int) (Step, string) {
	to := Row{Name: "decimalized", Op: Decimalize, With: "table", Unit: Digits}
	for i := range len(cryptogram) {
		nibble := cryptogram[i]
		digit := table[strings.IndexByte(allNibbles, nibble)]
		p := part(string(digit), Taken, "")
		if nibble != digit {
			p.Note = fmt.Sprintf("%c becomes %c", nibble, digit)
		}
		if i < from || i >= from+n {
			p.Kind, p.Note = Skipped, "not used"
		}
		to.Parts = append(to.Parts, p)
	}
	return Step{
		Title: "Decimalize: a decimal digit for each nibble",
		Why:   fmt.Sprintf("Digits %d to %d of the result are used.", from+1, from+n),
		Rows:  []Row{{Name: "cryptogram", Unit: Hex, Parts: []Part{part(cryptogram, Cipher, "")}}, to},
	}, to.Value()
}
