package lab

import (
	"context"
	"slices"

	"github.com/pinion-hsm/pinion/explain"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

func init() {
	register(Panel{
		order: 10, Name: "encode", Title: "Encode",
		Intro: "Make a PIN block, nibble by nibble. Without a key it is the clear block; with one, the block as it is sent.",
		Fields: slices.Concat(formatFields("", "Format"), []Field{
			pinField, panField, fillField, udkField, oldField,
			{Name: "key", Label: "PIN key", Hint: "hex digits; empty for the clear block", Kind: Hex},
		}),
		Examples: []Example{
			{"ISO-0, clear", Values{"format": "iso-0", "pin": "1234", "pan": "5432101234567891"}},
			{"ISO-0 under a TDES key", Values{"format": "iso-0", "pin": "1234", "pan": "5432101234567891", "key": "0123456789ABCDEFFEDCBA9876543210"}},
			{"ISO-1, no PAN", Values{"format": "iso-1", "pin": "1234", "fill": "0123456789"}},
			{"ISO-3, random fill", Values{"format": "iso-3", "pin": "1234", "pan": "5432101234567891", "fill": "ABCDEFABCD"}},
			{"ISO-4, PIN field", Values{"format": "iso-4", "pin": "1234", "pan": "5432101234567891", "fill": "0123456789ABCDEF"}},
			{"ISO-4 under an AES key", Values{"format": "iso-4", "pin": "1234", "pan": "5432101234567891", "fill": "0123456789ABCDEF", "key": "00112233445566778899AABBCCDDEEFF"}},
			{"ISO-4, PAN field of 12 digits", Values{"format": "iso-4", "pan-reading": "rightmost-12", "pin": "1234", "pan": "5432101234567891", "fill": "0123456789ABCDEF", "key": "00112233445566778899AABBCCDDEEFF"}},
			{"IBM 3624 with pad digit E", Values{"format": "ibm-3624", "pad": "E", "pin": "123456"}},
			{"VISA-42, a new PIN for a chip card", Values{"format": "visa-42", "pin": "5678", "udk-a": "0123456789ABCDEF", "old-pin": "1234"}},
		},
		answer: encode,
	})
}

func encode(f *form) {
	c := blockCase{format: f.formatToMake("")}
	pin := f.pin(c.format)
	c.pan = f.pan(c.format)
	c.o = f.options(c.format)
	c.key = f.keyIfAny("key", c.format)
	if c.o.Fill = f.fill(c.format, pin, c.pan, c.o); !f.ok() {
		return
	}
	word := "encode"
	if c.sealed() {
		word = "seal"
	}
	f.Command = c.command(word, "pin", clear.Digits(pin))
	f.Go = c.makeCode(pin)
	e, err := c.explainMaking(f.ctx, pin)
	if f.explained(e, err, f.blameBlock) {
		block, err := c.make(f.ctx, pin)
		f.result(upperHex(block), err)
	}
}

// make returns the block of a PIN.
func (c *blockCase) make(ctx context.Context, pin pinblock.PIN) ([]byte, error) {
	if c.sealed() {
		return clear.Seal(ctx, nil, c.key, c.format, pin, c.pan, &c.o)
	}
	return clear.Encode(nil, c.format, pin, c.pan, &c.o)
}

func (c *blockCase) explainMaking(ctx context.Context, pin pinblock.PIN) (explain.Explanation, error) {
	if c.sealed() {
		return explain.Seal(ctx, c.key, c.format, pin, c.pan, &c.o)
	}
	return explain.Encode(c.format, pin, c.pan, &c.o)
}

// makeCode returns make as a program.
func (c *blockCase) makeCode(pin pinblock.PIN) string {
	p := &program{}
	p.pinVar(pin)
	pan := p.panVar(c.pan)
	if c.sealed() {
		p.keyVar("key", c.key, "keys.UsagePIN")
		p.use("std:context").do("block := " + call("clear.Seal", "context.Background()", "nil", "key", p.formatCode(c.format), "pin", pan, p.optionsCode(c.o)))
	} else {
		p.do("block := " + call("clear.Encode", "nil", p.formatCode(c.format), "pin", pan, p.optionsCode(c.o)))
	}
	return p.printHex("block").String()
}
