package pinblock

import (
	"fmt"
	"strconv"
	"strings"
)

// shared are names that two vendors use for two layouts. They are refused with
// the choices named, since a guess would be a PIN that fails at the other end.
var shared = map[string]string{
	"DOCUTEL": "DOCUTEL-THALES (Thales 02: length, PIN, nine digits) or OEM-1 (EFTlab and IBM: PIN and one pad digit)",
	"DIEBOLD": "DIEBOLD-THALES (Thales 03: PIN and F) or OEM-1 (EFTlab and IBM: PIN and one pad digit)",
}

// ParseFormat returns the format with the given name, in any case, with '_' or
// ' ' as good as '-'. The name is one of [Format.Name] or [Format.Aliases], and
// may be followed by settings:
//
//	iso-0
//	IBM-3624:pad=E
//	ibm-3624:extract=hexdigit
//	oem-1:pad=0,pin-length=4
//	ibm-3621:seq=0A1F,pad=F
//	iso-4:pan=rightmost-12
//
// The error wraps [ErrFormat] and says which part was not understood.
func ParseFormat(text string) (Format, error) {
	name, settings, _ := strings.Cut(text, ":")
	f, err := formatNamed(name)
	if err != nil || settings == "" {
		return f, err
	}
	for s := range strings.SplitSeq(settings, ",") {
		key, value, _ := strings.Cut(s, "=")
		if f, err = f.set(strings.ToLower(strings.TrimSpace(key)), strings.ToLower(strings.TrimSpace(value))); err != nil {
			return 0, err
		}
	}
	if _, err := f.layout(); err != nil {
		return 0, err
	}
	return f, nil
}

func formatNamed(name string) (Format, error) {
	n := canonical(name)
	if f, ok := byName[n]; ok {
		return f, nil
	}
	if choices, ok := shared[n]; ok {
		return 0, fmt.Errorf("%w: %q means two layouts: say %s", ErrFormat, n, choices)
	}
	return 0, fmt.Errorf("%w: %q (try iso-0, iso-1, iso-2, iso-3 or iso-4)", ErrFormat, clip(name))
}

func (f Format) set(key, value string) (Format, error) {
	bad := fmt.Errorf("%w: setting %q=%q: want pad=0 to F, pin-length=1 to 16, seq=4 hex digits, extract=paddigit, hexdigit, pinlen, padexist or pinblock, or pan=rightmost-12",
		ErrFormat, clip(key), clip(value))
	switch key {
	case "pad":
		n, err := strconv.ParseUint(value, 16, 4)
		if err != nil {
			return 0, bad
		}
		return f.WithPad(byte(n)), nil
	case "seq":
		n, err := strconv.ParseUint(value, 16, 16)
		if err != nil {
			return 0, bad
		}
		return f.WithSequence(uint16(n)), nil
	case "pin-length":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 16 {
			return 0, bad
		}
		return f.WithPINLength(n), nil
	case "extract":
		for e, name := range extractionNames {
			if name == value && e > 0 {
				return f.WithExtraction(Extraction(e)), nil
			}
		}
		return 0, bad
	case "pan":
		if value != "rightmost-12" {
			return 0, bad
		}
		return f.WithRightmost12(), nil
	default:
		return 0, bad
	}
}

var separators = strings.NewReplacer("_", "-", " ", "-")

func canonical(name string) string {
	return strings.ToUpper(separators.Replace(strings.TrimSpace(name)))
}

// clip keeps an error line short whatever was typed.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
