package pinblock

import (
	"errors"
	"fmt"
)

// Format is a PIN block format: one of the constants of this package, with the
// settings that some of the older ones need ([Format.WithPad] and the other
// With methods). Formats are compared with ==. The zero Format is invalid.
type Format uint64

// A Format is packed: the low byte says which layout, the rest are settings.
const (
	layoutBits   Format = 0xff
	padShift            = 8 // 5 bits: 0 not set, else the pad digit plus 1
	extractShift        = 13
	lengthShift         = 16 // 5 bits
	right12Bit   Format = 1 << 21
	seqSetBit    Format = 1 << 22
	seqShift            = 24 // 16 bits
)

// Extraction says how the end of a PIN is found in a block that has no length
// nibble. The names are those of IBM CCA.
type Extraction uint8

// The extraction methods. The zero Extraction is what the format does by
// itself: PINBlock where there is a length nibble, PadDigit where a pad digit was
// set, and otherwise PadExist.
const (
	PadDigit  Extraction = 1 + iota // strip one given pad digit; see Format.WithPad
	HexDigit                        // the first nibble that is not a decimal digit ends the PIN
	PINLength                       // the PIN has a fixed length; see Format.WithPINLength
	PadExist                        // the last nibble is the pad digit: strip the run of it
	PINBlock                        // the block says it: formats with a length nibble, and ECI-2
)

var extractionNames = []string{PadDigit: "paddigit", HexDigit: "hexdigit", PINLength: "pinlen", PadExist: "padexist", PINBlock: "pinblock"}

// Alias is another name of a format, and who uses it.
type Alias struct{ Name, Vendor string }

var (
	// ErrFormat is returned for a format that does not exist or has a setting it does not take.
	ErrFormat = errors.New("pinblock: unknown PIN block format, or a setting it does not take")
	// ErrPad is returned for a pad digit that the format does not allow.
	ErrPad = errors.New("pinblock: pad digit is not one this format allows")
	// ErrAmbiguous is returned where a decimal pad digit could not be told from
	// the PIN: 1230 padded with 0 reads like 123. Give the PIN's length.
	ErrAmbiguous = errors.New("pinblock: ambiguous: a decimal pad digit cannot be told from the PIN; set the PIN length")
)

// WithPad returns f with a pad digit, 0 to 15: what fills the block when it is
// made, and what is stripped when it is read. Formats that have no choice of
// pad digit, or not this one, answer every use with [ErrPad].
func (f Format) WithPad(nibble byte) Format {
	return f&^(0x1f<<padShift) | Format(min(nibble, 30)+1)<<padShift
}

// WithExtraction returns f with an extraction method.
func (f Format) WithExtraction(e Extraction) Format {
	return f&^(0x7<<extractShift) | Format(e&7)<<extractShift
}

// WithPINLength returns f with extraction by a fixed length, 1 to 16 digits.
func (f Format) WithPINLength(n int) Format {
	if n < 0 || n > 16 {
		n = 31 // no format has it
	}
	return f.WithExtraction(PINLength)&^(0x1f<<lengthShift) | Format(n)<<lengthShift
}

// WithSequence returns f with a sequence number, for the formats that carry
// one: two bytes in IBM-3621, one in IBM-4704-EPP. Without it, it is zero.
func (f Format) WithSequence(n uint16) Format {
	return f&^(0xffff<<seqShift) | seqSetBit | Format(n)<<seqShift
}

// WithRightmost12 returns ISO4 with the reading in which the PAN field holds
// the twelve rightmost digits of the PAN without its check digit, instead of
// the whole PAN that ISO 9564-1:2017 9.4.3 asks for. Some services use it.
func (f Format) WithRightmost12() Format { return f | right12Bit }

func (f Format) pad() (digit byte, set bool) {
	p := byte(f>>padShift) & 0x1f
	return p - 1, p != 0
}
func (f Format) extraction() Extraction { return Extraction(f>>extractShift) & 7 }
func (f Format) pinLength() int         { return int(f>>lengthShift) & 0x1f }
func (f Format) sequence() uint64       { return uint64(f>>seqShift) & 0xffff }

// layout returns the layout of f, after checking the settings against it. A
// setting can make a block unreadable in a way that is better said before than
// after it was deciphered.
func (f Format) layout() (l *layout, err error) {
	if l = layouts[f&layoutBits]; l == nil || f > layoutBits {
		l, err = f.settled()
	}
	return l, err
}

// settled is layout for formats with settings. It is apart so that layout can
// be inlined.
func (f Format) settled() (*layout, error) {
	l := layouts[f&layoutBits]
	if l == nil {
		return nil, ErrFormat
	}
	if err := l.checkSettings(f); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *layout) checkSettings(f Format) error {
	pad, padSet := f.pad()
	if padSet && (pad > 15 || l.pads>>pad&1 == 0) {
		return fmt.Errorf("%w: %s", ErrPad, l.name)
	}
	switch e := f.extraction(); {
	case e == 0, e == PINBlock && !l.extracts:
	case !l.extracts || e > PadExist:
		return fmt.Errorf("%w: %s does not take this extraction method", ErrFormat, l.name)
	case e == PadDigit && !padSet:
		return fmt.Errorf("%w: extraction by pad digit needs the pad digit", ErrPad)
	case e == PINLength && (f.pinLength() < l.minPIN || f.pinLength() > l.maxPIN):
		return fmt.Errorf("%w: %s", ErrPINLength, l.name)
	}
	if l.extracts && !l.endMarked && padSet && pad <= 9 && f.extraction() != PINLength {
		return fmt.Errorf("%w: %s", ErrAmbiguous, l.name)
	}
	if f&seqSetBit != 0 && (l.seqMax == 0 || f.sequence() > l.seqMax) {
		return fmt.Errorf("%w: %s has no such sequence number", ErrFormat, l.name)
	}
	if f&right12Bit != 0 && l.bind != bindPANField {
		return fmt.Errorf("%w: only ISO-4 has a reading with the rightmost 12 digits", ErrFormat)
	}
	return nil
}
