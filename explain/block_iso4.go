package explain

import (
	"bytes"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// panField is the step in which the PAN field of ISO-4 is made, and the field.
func (c *blockCase) panField() (Step, []byte, error) {
	field, err := clear.PANField(nil, c.format, c.pan)
	if err != nil {
		return Step{}, nil, err
	}
	digits := clear.PANDigits(c.pan)
	from, to := c.format.PANPart(len(digits))
	ns, ok := panFieldNibbles(field, digits[from:to])
	if !ok {
		return Step{}, nil, errNotTheLibrary
	}
	s := Step{
		Title: "Write the PAN field",
		Why: "ISO 9564-1:2017 9.4.3: how many digits the PAN has beyond 12, the whole PAN with its check digit, and zeros; " +
			"a PAN of fewer than 12 digits has zeros before it.",
		Rows: []Row{panDigits(digits, from, to), {Name: "PAN field", Op: Take, Unit: Hex, Parts: nibbleParts(ns)}},
	}
	if to-from < len(digits) {
		s.Why = "The reading of some services: the 12 rightmost digits of the PAN without its check digit, in place of the whole PAN of ISO 9564-1:2017 9.4.3."
	}
	return s, field, nil
}

// twice returns the steps of a block that goes through the cipher twice: that of the
// PAN field, with which it is combined in between, and then s, with its rows.
func (c *blockCase) twice(r *recorder, s Step, rows func(first, second call, panField Row) []Row) ([]Step, error) {
	written, field, err := c.panField()
	if err != nil {
		return nil, err
	}
	first, second := r.calls[0], r.calls[1]
	if !bytes.Equal(xored(first.out, field), second.in) {
		return nil, errNotTheLibrary
	}
	panField := written.Rows[1]
	panField.Op, panField.Parts = "", withoutNotes(panField.Parts)
	s.Rows, s.Facts = rows(first, second, panField), []Fact{r.fact()}
	return []Step{written, s}, nil
}

// panFieldNibbles says what the nibbles of a PAN field are, and whether it is one of
// these digits.
func panFieldNibbles(field []byte, digits string) ([]nibble, bool) {
	before := max(12-len(digits), 0)
	ns := fieldOf(field, 1+before, len(digits), PAN, "PAN")
	ns[0].kind, ns[0].zero, ns[0].what = Length, false, "PAN length beyond 12"
	text := strings.Repeat("0", before) + digits
	return ns, nibbleText(ns[1:1+len(text)]) == text && int(ns[0].value) == len(text)-12
}
