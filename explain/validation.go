package explain

import (
	"fmt"

	"github.com/pinion-hsm/pinion/pinverify"
)

// validationStep shows which digits of the PAN become validation data.
func validationStep(v pinverify.Validation, pan string, data []Part) Step {
	offset, length, _, cut := v.Cut()
	if !cut {
		return Step{
			Title: "Validation data",
			Why:   "16 nibbles that were given whole. The PAN is not used.",
			Rows:  []Row{{Name: "validation data", Unit: Hex, Parts: data}},
		}
	}
	return Step{
		Title: "Cut the validation data from the PAN",
		Why:   "Which digits, and what follows them, is the issuer's choice: both sides must have the same.",
		Rows: []Row{
			{Name: "PAN", Unit: Digits, Parts: cutParts(
				part(pan[:offset], Skipped, "not used"),
				part(pan[offset:offset+length], PAN, fmt.Sprintf("digits %d to %d", offset+1, offset+length)),
				part(pan[offset+length:], Skipped, "not used"))},
			{Name: "validation data", Op: Take, Unit: Hex, Parts: data},
		},
	}
}

// validationParts parts 16 nibbles of validation data into PAN and pad.
func validationParts(v pinverify.Validation, data string) []Part {
	_, length, pad, cut := v.Cut()
	if !cut {
		return []Part{part(data, PAN, "given whole: it belongs to one account")}
	}
	return cutParts(
		part(data[:length], PAN, "from the PAN"),
		part(data[length:], Fill, fmt.Sprintf("pad %X", pad)))
}

// shortPAN is the step of validation data that the PAN is too short for.
func shortPAN(v pinverify.Validation, pan string) Step {
	offset, length, _, _ := v.Cut()
	note := fmt.Sprintf("%s, and the validation data is digits %d to %d", count(len(pan), "digit"), offset+1, offset+length)
	return Step{
		Title: "Cut the validation data from the PAN",
		Rows:  []Row{{Name: "PAN", Unit: Digits, Parts: []Part{part(pan, Wrong, note)}}},
	}
}
