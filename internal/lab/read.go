package lab

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// maxTyped bounds what is read of a field: more than the longest key block, and
// than all components of a key.
const maxTyped = 12000

// text returns what is in a field, without the white space around it.
func (f *form) text(name string) string {
	f.used[name] = true
	s := f.values[name]
	if len(s) > maxTyped {
		f.wrong(name, "This is too long for any value of this field.")
		return ""
	}
	return strings.TrimSpace(s)
}

// packed returns what is in a field, without any white space.
func (f *form) packed(name string) string { return strings.Join(strings.Fields(f.text(name)), "") }

// digits returns the decimal digits in a field.
func (f *form) digits(name string) string {
	s := f.packed(name)
	if !isDecimal(s) {
		f.wrong(name, "Use the digits 0 to 9 alone.")
		return ""
	}
	return s
}

// nibbles returns the hex digits in a field, in upper case.
func (f *form) nibbles(name string) string {
	s := f.packed(name)
	if !isHex(s) {
		f.wrong(name, notHex)
		return ""
	}
	return strings.ToUpper(s)
}

const (
	notHex = "Use hex digits alone: 0 to 9 and A to F, without 0x."
	oddHex = "The number of hex digits is odd, and a byte has two: is one missing?"
)

// bytes returns the bytes written in a field.
func (f *form) bytes(name string) []byte {
	b, what := hexBytes(f.nibbles(name))
	if what != "" {
		f.wrong(name, what)
	}
	return b
}

// hexBytes reads hex digits, or says what is wrong with them.
func hexBytes(s string) ([]byte, string) {
	b, err := hex.DecodeString(s)
	switch {
	case err == nil:
		return b, ""
	case isHex(s):
		return nil, oddHex
	}
	return nil, notHex
}

// number returns the number in a field, or without one the number it then has.
func (f *form) number(name string, without int) int {
	s := f.digits(name)
	if s == "" {
		return without
	}
	n, err := strconv.Atoi(s)
	if err != nil || len(s) > 4 {
		f.wrong(name, "This number is too large.")
		return without
	}
	return n
}

// choice returns what was chosen in a field, the first choice if nothing was.
func (f *form) choice(name string) string {
	s, choices := f.text(name), f.field(name).Choices
	if s == "" {
		return choices[0].Value
	}
	for _, c := range choices {
		if strings.EqualFold(c.Value, s) {
			return c.Value
		}
	}
	f.wrong(name, "Choose one from the list.")
	return choices[0].Value
}

// tick reports whether a field is ticked.
func (f *form) tick(name string) bool {
	s := f.text(name)
	if s != "" && s != "yes" {
		f.wrong(name, "Tick it or leave it.")
	}
	return s == "yes"
}

// lines returns the lines of a field that are not empty, without white space in
// them.
func (f *form) lines(name string) (out []string) {
	for line := range strings.Lines(f.text(name)) {
		if s := strings.Join(strings.Fields(line), ""); s != "" {
			out = append(out, s)
		}
	}
	return slices.Clip(out)
}

func isDecimal(s string) bool { return strings.Trim(s, "0123456789") == "" }

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// upperHex returns bytes as hex digits in upper case.
func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
