package lab

import (
	"context"
	"errors"
	"slices"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() {
	register(Panel{
		order: 30, Name: "translate", Title: "Translate",
		Intro: "Move a PIN block to another key and format for the same PAN, and see which policies allow it.",
		Fields: slices.Concat([]Field{blockField, panField}, formatFields("from-", "From format"), []Field{
			{Name: "from-key", Label: "Key of the block", Hint: "hex digits", Kind: Hex},
		}, formatFields("to-", "To format"), []Field{
			{Name: "to-key", Label: "Key of the new block", Hint: "hex digits", Kind: Hex},
			fillField, udkField, oldField,
		}),
		Examples: []Example{
			{"ISO-0 to ISO-4", Values{"block": "AE5F5FAADA187925", "pan": "4111111111111111",
				"from-format": "iso-0", "from-key": "0123456789ABCDEFFEDCBA9876543210",
				"to-format": "iso-4", "to-key": "F0E0D0C0B0A090807060504030201000", "fill": "0123456789ABCDEF"}},
			{"ISO-0 to another key", Values{"block": "AE5F5FAADA187925", "pan": "4111111111111111",
				"from-format": "iso-0", "from-key": "0123456789ABCDEFFEDCBA9876543210",
				"to-format": "iso-0", "to-key": "23456789ABCDEF01DCBA98765432EF10"}},
			{"ISO-4 to ISO-1, which PCI PIN forbids", Values{"block": "70487881E82D3F1EF3A87678147EDAA7", "pan": "4111111111111111",
				"from-format": "iso-4", "from-key": "000102030405060708090A0B0C0D0E0F",
				"to-format": "iso-1", "to-key": "23456789ABCDEF01DCBA98765432EF10", "fill": "0123456789"}},
		},
		answer: translate,
	})
}

// translation is what a block is moved from and to.
type translation struct {
	block          []byte
	pan            pinblock.PAN
	from, to       pinblock.Format
	fromKey, toKey keys.Key
	o              clear.Options
}

func translate(f *form) {
	t := translation{from: f.formatToRead("from-"), to: f.formatToMake("to-")}
	t.block = f.block(t.from)
	t.pan = f.pan(t.from, t.to)
	t.fromKey, t.toKey = f.keyFor("from-key", t.from), f.keyFor("to-key", t.to)
	t.o = f.options(t.from, t.to)
	f.useFill(t.to)
	if !f.ok() {
		return
	}
	pin, openErr := clear.Open(f.ctx, t.fromKey, t.from, t.block, t.pan, &t.o)
	if openErr == nil {
		t.o.Fill = f.fill(t.to, pin, t.pan, t.o)
	}
	f.Command = t.command()
	f.Go = t.code()
	e, err := explain.Translate(f.ctx, t.block, t.pan,
		explain.Leg{Key: t.fromKey, Format: t.from, Options: &t.o}, explain.Leg{Key: t.toKey, Format: t.to, Options: &t.o})
	if f.explained(e, err, func(err error) { f.blameTranslation(err, t.to, openErr) }) {
		block, err := t.make(f.ctx, pin)
		f.result(upperHex(block), err)
	}
}

func (t *translation) make(ctx context.Context, pin pinblock.PIN) ([]byte, error) {
	return clear.Seal(ctx, nil, t.toKey, t.to, pin, t.pan, &t.o)
}

// blameTranslation says which field an error is about: the block, unless it could
// be opened.
func (f *form) blameTranslation(err error, to pinblock.Format, openErr error) {
	switch {
	case openErr != nil:
		f.blameBlock(err)
	case errors.Is(err, pinblock.ErrPINLength):
		shortest, longest := to.PINLengths()
		f.wrong("to-format", "Choose another format: the PIN in the block has another length than the "+digitsRange(shortest, longest)+" of "+to.Name()+".")
	case errors.Is(err, pinblock.ErrPadInPIN):
		f.wrong("to-pad", "Choose another pad digit: this one is in the PIN.")
	default:
		f.blameBlock(err)
	}
}

func (t *translation) command() string {
	l := command("lab", "translate").flag("block", upperHex(t.block)).flag("pan", clear.PANDigits(t.pan)).
		flag("from-format", formatFlag(t.from)).flag("from-key", cleartext.Hex(t.fromKey)).
		flag("to-format", formatFlag(t.to)).flag("to-key", cleartext.Hex(t.toKey))
	optionFlags(l, t.o)
	return l.String()
}

func (t *translation) code() string {
	p := &program{}
	p.use("std:context", "pinblock/clear")
	p.do("ctx := context.Background()")
	p.do("block := " + p.hexLiteral(upperHex(t.block)))
	pan := p.panVar(t.pan)
	p.keyVar("from", t.fromKey, "keys.UsagePIN")
	p.keyVar("to", t.toKey, "keys.UsagePIN")
	reading := t.o
	reading.Fill = "" // it is the new block's
	p.do("pin := " + call("clear.Open", "ctx", "from", p.formatCode(t.from), "block", pan, p.optionsCode(reading)))
	p.do("moved := " + call("clear.Seal", "ctx", "nil", "to", p.formatCode(t.to), "pin", pan, p.optionsCode(t.o)))
	return p.printHex("moved").String()
}
