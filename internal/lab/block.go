package lab

import (
	"errors"
	"strconv"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// The fields that several panels have.
var (
	pinField  = Field{Name: "pin", Label: "PIN", Hint: "4 to 12 digits in most formats", Kind: Digits}
	panField  = Field{Name: "pan", Label: "PAN", Hint: "the whole card number, with its check digit", Kind: Digits}
	fillField = Field{Name: "fill", Label: "Random fill", Hint: "hex digits; empty draws them anew", Kind: Hex}
	udkField  = Field{Name: "udk-a", Label: "Card's key (UDK-A)", Hint: "16 hex digits", Kind: Hex}
	oldField  = Field{Name: "old-pin", Label: "Old PIN", Hint: "the PIN that is replaced", Kind: Digits}
)

// pin reads the PIN for a block of a format.
func (f *form) pin(format pinblock.Format) pinblock.PIN {
	text := f.digits("pin")
	shortest, longest := format.PINLengths()
	pin, err := clear.PIN(text)
	if n := len(text); err != nil || n < shortest || n > longest {
		f.wrong("pin", "Give "+digitsRange(shortest, longest)+": "+format.Name()+" holds no other PIN.")
	}
	return pin
}

// digitsRange says how many digits.
func digitsRange(least, most int) string {
	if least == most {
		return strconv.Itoa(least) + " digits"
	}
	return strconv.Itoa(least) + " to " + strconv.Itoa(most) + " digits"
}

// pan reads the PAN if one of the formats binds it. Without one there is none.
func (f *form) pan(formats ...pinblock.Format) (pan pinblock.PAN) {
	for _, format := range formats {
		if !format.BindsPAN() {
			continue
		}
		pan = f.wholePAN()
		if least := format.MinPANLength(); pan.Len() < least {
			f.wrong("pan", "Give "+digitsRange(least, pinblock.MaxPANLength)+": "+format.Name()+" needs the whole card number, with its check digit.")
		}
	}
	return pan
}

// wholePAN reads a PAN that is needed.
func (f *form) wholePAN() pinblock.PAN {
	text := f.digits("pan")
	pan, err := pinblock.ParsePAN(text)
	if err != nil {
		f.wrong("pan", "Give "+digitsRange(1, pinblock.MaxPANLength)+": the whole card number, with its check digit.")
	}
	return pan
}

// keyFor reads a key that is needed for blocks of a format.
func (f *form) keyFor(name string, format pinblock.Format) keys.Key {
	text := f.nibbles(name)
	parse, want := cleartext.ParseTDES[string], "a TDES key of 32 or 48 hex digits"
	if format.BlockSize() == 16 {
		parse, want = cleartext.ParseAES[string], "an AES key of 32, 48 or 64 hex digits"
	}
	k, err := parse(text, keys.UsagePIN)
	if err != nil {
		f.wrong(name, keyProblem(text, err, "Give "+want+": that is what "+format.Name()+" is enciphered under."))
	}
	return k
}

// keyProblem says what is wrong with a key, and never what the key is.
func keyProblem(text string, err error, want string) string {
	switch {
	case errors.Is(err, keys.ErrWeak):
		return "Give another key: single DES, TDES with equal parts and a key of zeros protect nothing and are refused."
	case len(text)%2 != 0:
		return oddHex
	}
	return want
}

// block reads a block of a format.
func (f *form) block(format pinblock.Format) []byte {
	b := f.bytes("block")
	if n := 2 * format.BlockSize(); f.good("block") && 2*len(b) != n {
		f.wrong("block", "Give "+strconv.Itoa(n)+" hex digits, which a block of "+format.Name()+" has; these are "+strconv.Itoa(2*len(b))+".")
	}
	return b
}

// options reads what else the formats are made with, but for fill.
func (f *form) options(formats ...pinblock.Format) clear.Options {
	var o clear.Options
	var t traits
	for _, format := range formats {
		each := traitsOf(format.Base())
		t.cardKey, t.oldPIN = t.cardKey || each.cardKey, t.oldPIN || each.oldPIN
	}
	if t.cardKey {
		o.UDKA = f.nibbles("udk-a")
		if len(o.UDKA) != 16 {
			f.wrong("udk-a", "Give 16 hex digits: this format is bound to the card's key.")
		}
	}
	if t.oldPIN {
		text := f.digits("old-pin")
		old, err := clear.PIN(text)
		if err != nil || len(text) < pinblock.MinPINLength || len(text) > pinblock.MaxPINLength {
			f.wrong("old-pin", "Give "+digitsRange(pinblock.MinPINLength, pinblock.MaxPINLength)+": the PIN that is replaced.")
		}
		o.OldPIN = old
	}
	return o
}

// fill reads the random fill for a block; without any it is drawn. Call it when
// all else is read.
func (f *form) fill(format pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o clear.Options) string {
	text := f.useFill(format)
	switch {
	case !f.ok():
		return text
	case text == "":
		return drawFill(format, pin, pan, o)
	}
	o.Fill = text
	if _, err := clear.Encode(nil, format, pin, pan, &o); errors.Is(err, pinblock.ErrFill) {
		f.wrong("fill", fillProblem(format, pin, pan, o))
	}
	return text
}

// useFill reads the random fill as it is typed, if the format has any.
func (f *form) useFill(format pinblock.Format) string {
	if !traitsOf(format.Base()).fill {
		return ""
	}
	return f.nibbles("fill")
}

// fillProblem says what fill a block takes.
func fillProblem(format pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, o clear.Options) string {
	n := strconv.Itoa(len(drawFill(format, pin, pan, o)))
	return "Give " + n + " hex digits or more, of those that " + format.Name() + " allows, or none to draw them."
}

// blameBlock says which field an error about a block is about.
func (f *form) blameBlock(err error) {
	switch {
	case errors.Is(err, pinblock.ErrBlock):
		f.refuse("block", "This is no such block: "+phrase(err)+". The Diagnose panel looks for the reason.")
	case errors.Is(err, pinblock.ErrPINLength), errors.Is(err, pinblock.ErrPIN):
		f.wrongErr("pin", err)
	case errors.Is(err, pinblock.ErrPadInPIN):
		f.wrong("pad", "Choose another pad digit: this one is in the PIN.")
	case errors.Is(err, pinblock.ErrFill):
		f.wrongErr("fill", err)
	case errors.Is(err, pinblock.ErrPANLength), errors.Is(err, pinblock.ErrPAN):
		f.wrongErr("pan", err)
	default:
		f.wrongErr("", err)
	}
}
