package lab

import (
	"strconv"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// blockCase is what a block is made with and read with, beside its PIN.
type blockCase struct {
	format pinblock.Format
	pan    pinblock.PAN
	key    keys.Key // zero: the block is clear
	o      clear.Options
}

// sealed reports whether the block is enciphered.
func (c *blockCase) sealed() bool { return !c.key.IsZero() }

// command returns the command that works on a PIN or a block.
func (c *blockCase) command(word, flag, value string) string {
	l := command("lab", word).flag("format", formatFlag(c.format)).flag(flag, value).
		flag("pan", clear.PANDigits(c.pan)).flag("key", cleartext.Hex(c.key))
	optionFlags(l, c.o)
	return l.String()
}

func optionFlags(l *commandLine, o clear.Options) {
	l.flag("fill", o.Fill).flag("udk-a", o.UDKA).flag("old-pin", clear.Digits(o.OldPIN))
}

// pinVar adds the variable pin to a program.
func (p *program) pinVar(pin pinblock.PIN) {
	p.use("pinblock/clear").do("pin := " + pinCode(pin))
}

func pinCode(pin pinblock.PIN) string { return call("clear.PIN", strconv.Quote(clear.Digits(pin))) }

// panVar adds the variable pan to a program, and returns an expression for it:
// without a PAN it is the zero one.
func (p *program) panVar(pan pinblock.PAN) string {
	p.use("pinblock")
	if pan.IsZero() {
		return "pinblock.PAN{}"
	}
	p.do("pan := " + call("pinblock.ParsePAN", strconv.Quote(clear.PANDigits(pan))))
	return "pan"
}

// keyVar adds a variable with a key to a program.
func (p *program) keyVar(name string, key keys.Key, usage string) {
	parse := "cleartext.ParseTDES"
	if key.BlockSize() == 16 {
		parse = "cleartext.ParseAES"
	}
	p.use("keys", "keys/cleartext").do(name + " := " + call(parse, strconv.Quote(cleartext.Hex(key)), usage))
}

// optionsCode returns an expression for options.
func (p *program) optionsCode(o clear.Options) string {
	var set []string
	if o.Fill != "" {
		set = append(set, "Fill: "+strconv.Quote(o.Fill))
	}
	if o.UDKA != "" {
		set = append(set, "UDKA: "+strconv.Quote(o.UDKA))
	}
	if !o.OldPIN.IsZero() {
		set = append(set, "OldPIN: "+pinCode(o.OldPIN))
	}
	if len(set) == 0 {
		return "nil"
	}
	p.use("pinblock/clear")
	return "&clear.Options{" + strings.Join(set, ", ") + "}"
}

// keyIfAny reads the key for blocks of a format; without one they are clear.
func (f *form) keyIfAny(name string, format pinblock.Format) keys.Key {
	if f.nibbles(name) == "" {
		return keys.Key{}
	}
	return f.keyFor(name, format)
}
