package clear

import (
	"errors"

	"github.com/pinion-hsm/pinion/internal/veil"
	"github.com/pinion-hsm/pinion/pinblock"
)

// Options is what only test data may choose about a block. A nil *Options draws
// the fill and is bound to no card key.
type Options struct {
	// Fill is the random fill as hex digits, used nibble by nibble from the left;
	// digits that are left over are ignored, and so is the whole of it where
	// the format has no random fill. Empty draws it.
	Fill string
	// UDKA is the card's unique derivation key A for VISA-41 and VISA-42, 8 bytes
	// as 16 hex digits (the last 8 are used).
	UDKA string
	// OldPIN is the PIN that a VISA-42 block replaces.
	OldPIN pinblock.PIN
}

// anyLength is the extras of a nil *Options.
var anyLength = &veil.Extras{AnyLength: true}

func (o *Options) extras() (*veil.Extras, error) {
	if o == nil {
		return anyLength, nil
	}
	return o.parse()
}

func (o *Options) parse() (*veil.Extras, error) {
	x := &veil.Extras{AnyLength: true}
	x.OldPIN = o.OldPIN.Veiled()
	if o.Fill != "" {
		// What is not hex makes a short fill, which is refused where fill is needed.
		x.Fill, x.FillLen = nibbles(o.Fill)
	}
	if o.UDKA != "" {
		w, n := nibbles(o.UDKA)
		if n != 16 || len(o.UDKA) != 16 {
			return nil, errors.New("pinblock/clear: UDK-A must be 16 hex digits")
		}
		x.UDKA, x.HasUDKA = w, true
	}
	return x, nil
}

// nibbles returns up to 16 hex digits left justified, and how many there were:
// -1 if the text is not hex, so that it satisfies no format.
func nibbles(text string) (w uint64, n int) {
	for i := range len(text) {
		c := text[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, -1
		}
		if i < 16 {
			w |= uint64(c) << (60 - 4*i)
			n++
		}
	}
	return w, n
}
