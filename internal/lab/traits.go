package lab

import (
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// traits are the fields that mean something to a format beside PIN and PAN. The
// library is asked, so that a new format edits nothing here.
type traits struct {
	pads                              string // the pad digits it takes, as hex digits
	sequence, extraction, rightmost12 bool   // its other settings
	fill                              bool   // it has random fill
	cardKey, oldPIN                   bool   // it is bound to the card's key, and to the PIN before
}

func traitsOf(base pinblock.Format) (t traits) {
	t.pads = padsOf(base)
	t.sequence = base.WithSequence(0).Valid()
	t.extraction = base.WithExtraction(pinblock.HexDigit).Valid()
	t.rightmost12 = base.WithRightmost12().Valid()
	t.cardKey = errors.Is(probe(base, &clear.Options{}), pinblock.ErrCardKey)
	t.oldPIN = t.cardKey && errors.Is(probe(base, &clear.Options{UDKA: anyCardKey}), pinblock.ErrPIN)
	t.fill = errors.Is(probe(base, &clear.Options{Fill: "A", UDKA: anyCardKey}), pinblock.ErrFill)
	return t
}

// padsOf returns the pad digits that a format takes, be it with a fixed length of the
// PIN.
func padsOf(base pinblock.Format) (pads string) {
	_, longest := base.PINLengths()
	for n, d := range "0123456789ABCDEF" {
		if f := base.WithPad(byte(n)); f.Valid() || f.WithPINLength(longest).Valid() {
			pads += string(d)
		}
	}
	return pads
}

const anyCardKey = "0123456789ABCDEF"

// probe encodes some PIN of the shortest length for some PAN.
func probe(base pinblock.Format, o *clear.Options) error {
	shortest, _ := base.PINLengths()
	pin, err := clear.PIN(strings.Repeat("1", max(shortest, 4)))
	if err != nil {
		return err
	}
	pan, err := pinblock.ParsePAN("5432101234567891")
	if err != nil {
		return err
	}
	_, err = clear.Encode(nil, base, pin, pan, o)
	return err
}
