package main

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// labInput holds the flags that several lab commands have, as typed.
type labInput struct {
	labFormat
	output
	explanation
	pin, pan, key, block string
	fill, udkA, oldPIN   string
}

// flags adds the flags of the given names to a command, and --json.
func (in *labInput) flags(c *cobra.Command, names ...string) {
	f := c.Flags()
	for _, name := range names {
		switch name {
		case "format":
			in.labFormat.flags(c, "")
		case "pin":
			f.StringVar(&in.pin, name, "", "PIN, decimal `digits`")
		case "pan":
			f.StringVar(&in.pan, name, "", "whole PAN with its check digit, decimal `digits`")
		case "key":
			f.StringVar(&in.key, name, "", "key, `hex`: TDES of 32 or 48 digits, for ISO-4 AES of 32, 48 or 64")
		case "block":
			f.StringVar(&in.block, name, "", "PIN block, `hex`: 16 digits, for ISO-4 32")
		case "explain":
			in.explainFlag(c)
		case "fill":
			f.StringVar(&in.fill, name, "", "fill, `hex`, instead of random digits")
		case "udk":
			f.StringVar(&in.udkA, "udk-a", "", "the card's unique derivation key A, 16 `hex` digits (visa-41, visa-42)")
			f.StringVar(&in.oldPIN, "old-pin", "", "the PIN that is replaced, decimal `digits` (visa-42)")
		}
	}
	in.output.flag(c)
}

// options returns what test data may choose.
func (in *labInput) options() (*clear.Options, error) {
	o := &clear.Options{Fill: in.fill, UDKA: in.udkA}
	if in.fill != "" && !isHex(in.fill) {
		return nil, usage("--fill: want hex digits").withHint("one for each digit of fill, from the left; more are ignored")
	}
	if in.udkA != "" && (len(in.udkA) != 16 || !isHex(in.udkA)) {
		return nil, usage("--udk-a: want 16 hex digits")
	}
	if in.oldPIN != "" {
		pin, err := clear.PIN(in.oldPIN)
		if err != nil {
			return nil, about("--old-pin", err)
		}
		o.OldPIN = pin
	}
	return o, nil
}

// labPIN reads --pin.
func (in *labInput) labPIN(f pinblock.Format) (pinblock.PIN, error) {
	shortest, longest := f.PINLengths()
	if in.pin == "" && shortest > 0 {
		return pinblock.PIN{}, usage("--pin is missing").withHint("%s holds PINs of %d to %d digits", f.Name(), shortest, longest)
	}
	pin, err := clear.PIN(in.pin)
	if err != nil {
		return pinblock.PIN{}, usage("--pin: PIN must be %d to %d decimal digits", shortest, longest)
	}
	return pin, nil
}

// labPAN reads --pan, which may be missing where no format binds one.
func (in *labInput) labPAN(formats ...pinblock.Format) (pinblock.PAN, error) {
	if in.pan != "" {
		return panFlag("--pan", in.pan)
	}
	for _, f := range formats {
		if f.BindsPAN() {
			return pinblock.PAN{}, usage("--pan is missing").withHint("%s binds the PAN: give all of it, with its check digit", f.Name())
		}
	}
	return pinblock.PAN{}, nil
}

func panFlag(flag, text string) (pinblock.PAN, error) {
	pan, err := pinblock.ParsePAN(text)
	if err != nil {
		return pinblock.PAN{}, about(flag, err)
	}
	return pan, nil
}

// labKey reads a key for a format from a flag.
func labKey(flag, text string, f pinblock.Format) (keys.Key, error) {
	if text == "" {
		return keys.Key{}, usage("--%s is missing", flag).withHint("%s", keyHint(f))
	}
	parse := cleartext.ParseTDES[string]
	if f.BlockSize() == 16 {
		parse = cleartext.ParseAES[string]
	}
	k, err := parse(text, keys.UsagePIN)
	if err != nil {
		return keys.Key{}, keyProblem("--"+flag, err, keyHint(f))
	}
	return k, nil
}

func keyHint(f pinblock.Format) string {
	if f.BlockSize() == 16 {
		return f.Name() + " takes an AES key of 32, 48 or 64 hex digits"
	}
	return f.Name() + " takes a TDES key of 32 or 48 hex digits"
}

// keyProblem says what is wrong with a key, and never what the key is.
func keyProblem(what string, err error, hint string) error {
	p := about(what, err)
	switch {
	case errors.Is(err, cleartext.ErrHex):
		p.hint = "no spaces, no 0x"
	case errors.Is(err, keys.ErrWeak):
		p.hint = "such a key protects nothing and is refused; 'pinion lab kcv' and 'pinion lab diagnose' take it"
	case hint != "":
		p.hint = hint
	}
	return p
}

// labBlock reads a block of a format from --block.
func (in *labInput) labBlock(f pinblock.Format) ([]byte, error) {
	if in.block == "" {
		return nil, usage("--block is missing").withHint("a block of %s is %d hex digits", f.Name(), 2*f.BlockSize())
	}
	b, err := hexFlag("--block", in.block)
	if err != nil {
		return nil, err
	}
	if len(b) != f.BlockSize() {
		return nil, usage("--block: a block of %s is %d hex digits, and this has %d", f.Name(), 2*f.BlockSize(), len(in.block))
	}
	return b, nil
}

// hexFlag reads hex digits. The error does not quote them.
func hexFlag(what, text string) ([]byte, error) {
	if len(text)%2 != 0 && isHex(text) {
		return nil, usage("%s: the number of hex digits is odd", what).withHint("two hex digits for each byte")
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, usage("%s: not hex digits", what).withHint("0 to 9 and A to F, no spaces, no 0x")
	}
	return b, nil
}

func isHex(text string) bool {
	return strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

// blame says which flag an error about a block is about.
func blame(err error, f pinblock.Format) error {
	shortest, longest := f.PINLengths()
	switch {
	case errors.Is(err, pinblock.ErrPINLength):
		return usage("--pin: %s holds PINs of %d to %d digits", f.Name(), shortest, longest)
	case errors.Is(err, pinblock.ErrPANLength):
		return about("--pan", err).withHint("%s needs at least %d digits", f.Name(), f.MinPANLength())
	case errors.Is(err, pinblock.ErrPadInPIN):
		return about("--pad", err)
	case errors.Is(err, pinblock.ErrFill):
		return about("--fill", err)
	case errors.Is(err, pinblock.ErrCardKey):
		return usage("--udk-a is missing").withHint("%s is bound to the card's key instead of its PAN", f.Name())
	case errors.Is(err, pinblock.ErrPIN):
		return usage("--old-pin is missing").withHint("%s carries the PIN that is replaced", f.Name())
	}
	return err
}
