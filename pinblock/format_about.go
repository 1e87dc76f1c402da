package pinblock

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Valid reports whether f is a format of this package with settings it takes.
func (f Format) Valid() bool {
	_, err := f.layout()
	return err == nil
}

// Base returns f without settings.
func (f Format) Base() Format { return f & layoutBits }

// Name returns the format's name in this module, like "ISO-0", without settings.
func (f Format) Name() string {
	if l := layouts[f&layoutBits]; l != nil {
		return l.name
	}
	return "invalid format"
}

// String returns the name and settings as [ParseFormat] reads them, like
// "IBM-3624:pad=E,extract=paddigit".
func (f Format) String() string {
	var s []string
	if p, ok := f.pad(); ok {
		s = append(s, "pad="+strings.ToUpper(strconv.FormatUint(uint64(p), 16)))
	}
	switch e := f.extraction(); {
	case e == PINLength:
		s = append(s, "pin-length="+strconv.Itoa(f.pinLength()))
	case e != 0 && int(e) < len(extractionNames):
		s = append(s, "extract="+extractionNames[e])
	}
	if f&seqSetBit != 0 {
		s = append(s, fmt.Sprintf("seq=%04X", f.sequence()))
	}
	if f&right12Bit != 0 {
		s = append(s, "pan=rightmost-12")
	}
	if len(s) == 0 {
		return f.Name()
	}
	return f.Name() + ":" + strings.Join(s, ",")
}

// BlockSize returns the length of a block in bytes: 8, for ISO-4 16, and 0 for
// an invalid format.
func (f Format) BlockSize() int {
	if l := layouts[f&layoutBits]; l != nil {
		return l.size
	}
	return 0
}

// BindsPAN reports whether the account number is part of the block, so that a
// block of another card does not open.
func (f Format) BindsPAN() bool {
	l := layouts[f&layoutBits]
	return l != nil && l.minPAN > 0
}

// MinPANLength returns how many digits, with the check digit, a PAN needs at
// least: 13 for ISO-0 and ISO-3, 1 for ISO-4, 0 where no PAN is bound.
func (f Format) MinPANLength() int {
	l := layouts[f&layoutBits]
	if l == nil {
		return 0
	}
	return l.minPANFor(f)
}

// PINLengths returns the least and most digits of a PIN that the format holds.
// [Seal] and [Open] narrow them to 4 to 12, the lengths of a cardholder's PIN.
func (f Format) PINLengths() (shortest, longest int) {
	if l := layouts[f&layoutBits]; l != nil {
		return l.minPIN, l.maxPIN
	}
	return 0, 0
}

// Aliases returns the other names of the format and who uses them.
func (f Format) Aliases() []Alias {
	if l := layouts[f&layoutBits]; l != nil {
		return slices.Clone(l.aliases)
	}
	return nil
}

// Source returns where the format is described: a clause of a standard, or a
// vendor's document.
func (f Format) Source() string {
	if l := layouts[f&layoutBits]; l != nil {
		return l.source
	}
	return ""
}

// Formats returns every format of this package, in the order of their constants.
func Formats() []Format {
	var fs []Format
	for i, l := range layouts {
		if l != nil {
			fs = append(fs, Format(i))
		}
	}
	return fs
}
