package explain

import (
	"strings"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// blockMask is what a PIN field is combined with, and the step in which it is made.
type blockMask struct {
	name    string
	nibbles []nibble
	step    Step
}

func (m blockMask) row() Row {
	return Row{Name: m.name, Unit: Hex, Parts: withoutNotes(nibbleParts(m.nibbles))}
}

// made ends the step with the mask itself, taken from the row above.
func (m blockMask) made() blockMask {
	m.step.Rows = append(m.step.Rows, Row{Name: m.name, Op: Take, Unit: Hex, Parts: nibbleParts(m.nibbles)})
	return m
}

// fieldOf returns nibbles of which n, from index from, are of a kind, and the others zeros.
func fieldOf(b []byte, from, n int, kind Kind, what string) []nibble {
	ns := nibbles(b)
	for i := range ns {
		if i >= from && i < from+n {
			ns[i].kind, ns[i].what = kind, what
		} else {
			ns[i].kind, ns[i].what, ns[i].zero = Fill, "zeros", true
		}
	}
	return ns
}

// blockMasks returns what the PIN field of a block is combined with, in order: nothing,
// the PAN field, or what is of the card's key.
func blockMasks(f pinblock.Format, block []byte, a clear.Anatomy, pan pinblock.PAN, o *clear.Options) ([]blockMask, error) {
	from, to := f.PANPart(pan.Len())
	switch {
	case f.BlockSize() == 16: // its PAN field is for the enciphered block
		return nil, nil
	case from < to:
		m, err := panMask(a.Mask, clear.PANDigits(pan), from, to)
		return []blockMask{m}, err
	case f.Base() == pinblock.VISA41 || f.Base() == pinblock.VISA42:
		return cardMasks(f, block, a, o)
	}
	return nil, nil
}

// panMask is the PAN field of all formats but ISO-4.
func panMask(mask []byte, digits string, from, to int) (blockMask, error) {
	n := to - from
	m := blockMask{name: "PAN field", nibbles: fieldOf(mask, 2*len(mask)-n, n, PAN, "PAN")}
	if !strings.HasSuffix(nibbleText(m.nibbles), digits[from:to]) {
		return m, errNotTheLibrary
	}
	m.step = Step{
		Title: "Take the PAN field",
		Why:   "Four zeros and the 12 rightmost digits of the PAN without its check digit.",
		Rows:  []Row{panDigits(digits, from, to)},
	}
	if from == 0 && to < len(digits)-1 {
		m.step.Why = "Four zeros and the 12 leftmost digits of the PAN."
	}
	return m.made(), nil
}

// panDigits is the row of a PAN, of which a part is used.
func panDigits(digits string, from, to int) Row {
	rest, kind := "not used", Skipped
	if to == len(digits)-1 {
		rest, kind = "check digit, not used", Check
	}
	return Row{Name: "PAN", Unit: Digits, Parts: cutParts(
		part(digits[:from], Skipped, "not used"),
		part(digits[from:to], PAN, count(to-from, "digit")+" of the PAN"),
		part(digits[to:], kind, rest),
	)}
}

// cardMasks are those of VISA-41 and VISA-42: half of the card's key, and the PIN that
// is replaced.
func cardMasks(f pinblock.Format, block []byte, a clear.Anatomy, o *clear.Options) ([]blockMask, error) {
	card, err := clear.Inspect(pinblock.VISA41, block, pinblock.PAN{}, o)
	if err != nil {
		return nil, err
	}
	udk := strings.ToUpper(o.UDKA)
	key := blockMask{name: "UDK-A, right half", nibbles: fieldOf(card.Mask, 8, 8, Key, "UDK-A")}
	key.step = Step{
		Title: "Take half of the card's key",
		Why:   "The PIN field is bound to the card's unique derivation key A in place of its PAN: eight zeros and the last four bytes of it.",
		Rows:  []Row{{Name: "UDK-A", Unit: Hex, Parts: []Part{part(udk[:8], Skipped, "not used"), part(udk[8:], Key, "last four bytes")}}},
	}
	masks := []blockMask{key.made()}
	if f.Base() != pinblock.VISA42 {
		return masks, nil
	}
	digits := clear.Digits(o.OldPIN)
	old := blockMask{name: "old PIN field", nibbles: fieldOf(xored(a.Mask, card.Mask), 0, len(digits), PIN, "old PIN")}
	old.step = Step{
		Title: "Take the old PIN",
		Why:   "The PIN that is replaced, from the left, and zeros.",
		Rows:  []Row{{Name: "old PIN", Unit: Digits, Parts: cutParts(part(digits, PIN, count(len(digits), "digit")))}},
	}
	if !strings.HasPrefix(nibbleText(old.nibbles), digits) {
		return nil, errNotTheLibrary
	}
	return append(masks, old.made()), nil
}
