package lab

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
)

// formatFields are a PIN block format and the settings that some formats take.
// Their names begin with a prefix where a panel has two formats.
func formatFields(prefix, label string) []Field {
	return []Field{
		{Name: prefix + "format", Label: label, Kind: Choose, Choices: formatChoices()},
		{Name: prefix + "pad", Label: "Pad digit", Hint: "a hex digit; empty is the format's own", Kind: Hex},
		{Name: prefix + "seq", Label: "Sequence number", Hint: "up to 4 hex digits; empty is 0", Kind: Hex},
		{Name: prefix + "extract", Label: "End of the PIN", Kind: Choose, Choices: []Choice{
			{"", "as the format has it"}, {"paddigit", "at the pad digit"}, {"hexdigit", "at the first digit A to F"},
			{"padexist", "where the run of the last digit begins"}, {"pinlen", "after a fixed length"},
		}},
		{Name: prefix + "pin-length", Label: "Fixed PIN length", Hint: "digits of the PIN, where the block does not tell", Kind: Digits},
		{Name: prefix + "pan-reading", Label: "PAN field", Kind: Choose, Choices: []Choice{
			{"", "the whole PAN (ISO 9564-1)"}, {"rightmost-12", "the rightmost 12 digits of the PAN"},
		}},
	}
}

func formatChoices() (all []Choice) {
	for _, f := range pinblock.Formats() {
		all = append(all, Choice{strings.ToLower(f.Name()), formatLabel(f)})
	}
	return all
}

// formatLabel returns the name of a format, and its number at Thales, by which many
// know it.
func formatLabel(f pinblock.Format) string {
	for _, a := range f.Aliases() {
		if number, ok := strings.CutPrefix(a.Name, "THALES-"); ok {
			return f.Name() + " (Thales " + number + ")"
		}
	}
	return f.Name()
}

// formatToRead reads the fields of the format of a block that is taken apart.
func (f *form) formatToRead(prefix string) pinblock.Format { return f.format(prefix, true) }

// formatToMake reads the fields of the format of a block that is made. How the end of
// the PIN is found concerns only whoever reads it, but for a pad digit that could be
// one of the PIN.
func (f *form) formatToMake(prefix string) pinblock.Format {
	return f.format(prefix, strings.Trim(f.values[prefix+"pad"], " 0123456789") == "" && f.values[prefix+"pad"] != "")
}

// format reads the fields of a format. Settings are read if the format takes them.
func (f *form) format(prefix string, extraction bool) pinblock.Format {
	name := f.choice(prefix + "format")
	base, err := pinblock.ParseFormat(name)
	if err != nil {
		f.wrongErr(prefix+"format", err)
		return 0
	}
	full, t := base, traitsOf(base)
	if len(t.pads) > 1 {
		full = f.pad(full, prefix)
	}
	if t.sequence {
		full = f.sequence(full, prefix)
	}
	if t.extraction && extraction {
		full = f.extraction(full, prefix)
	}
	if t.rightmost12 && f.choice(prefix+"pan-reading") != "" {
		full = full.WithRightmost12()
	}
	if f.good(prefix+"pad", prefix+"seq", prefix+"extract", prefix+"pin-length") && !full.Valid() {
		f.blameFormat(full, prefix)
	}
	return full
}

func (f *form) pad(full pinblock.Format, prefix string) pinblock.Format {
	switch s := f.nibbles(prefix + "pad"); len(s) {
	case 0:
		return full
	case 1:
		return full.WithPad(byte(strings.Index("0123456789ABCDEF", s)))
	}
	f.wrong(prefix+"pad", "Give one hex digit.")
	return full
}

func (f *form) sequence(full pinblock.Format, prefix string) pinblock.Format {
	s := f.nibbles(prefix + "seq")
	if s == "" {
		return full
	}
	n, err := strconv.ParseUint(s, 16, 16)
	if err != nil || !full.WithSequence(uint16(n)).Valid() {
		f.wrong(prefix+"seq", "Give fewer hex digits: IBM-3621 has four, IBM-4704-EPP two.")
		return full
	}
	return full.WithSequence(uint16(n))
}

func (f *form) extraction(full pinblock.Format, prefix string) pinblock.Format {
	methods := map[string]pinblock.Extraction{"paddigit": pinblock.PadDigit, "hexdigit": pinblock.HexDigit, "padexist": pinblock.PadExist}
	how := f.choice(prefix + "extract")
	switch {
	case how == "":
		return full
	case how != "pinlen":
		return full.WithExtraction(methods[how])
	}
	n := f.number(prefix+"pin-length", 0)
	if shortest, longest := full.PINLengths(); n < max(shortest, 1) || n > longest {
		f.wrong(prefix+"pin-length", "Give "+strconv.Itoa(max(shortest, 1))+" to "+strconv.Itoa(longest)+".")
	}
	return full.WithPINLength(n)
}

// blameFormat says which setting does not go with the others.
func (f *form) blameFormat(full pinblock.Format, prefix string) {
	_, err := pinblock.ParseFormat(full.String())
	switch {
	case errors.Is(err, pinblock.ErrAmbiguous):
		f.wrong(prefix+"extract", "This pad digit cannot be told from a digit of the PIN: choose a fixed length, or a pad digit A to F.")
	case errors.Is(err, pinblock.ErrPad):
		f.wrong(prefix+"pad", "Give a pad digit that "+full.Name()+" takes: "+strings.Join(strings.Split(padsOf(full.Base()), ""), " ")+".")
	default:
		f.wrong(prefix+"format", full.Name()+" does not take these settings.")
	}
}

// formatFlag returns a format with its settings, as --format takes it.
func formatFlag(f pinblock.Format) string {
	return strings.ToLower(f.Name()) + strings.TrimPrefix(f.String(), f.Name())
}

// formatCode returns an expression for a format: its constant for those of ISO
// 9564-1 without settings, whose constants are named as they are.
func (p *program) formatCode(f pinblock.Format) string {
	p.use("pinblock")
	if name, ok := strings.CutPrefix(f.String(), "ISO-"); ok && len(name) == 1 {
		return "pinblock.ISO" + name
	}
	return call("pinblock.ParseFormat", strconv.Quote(formatFlag(f)))
}
