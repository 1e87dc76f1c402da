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
		order: 20, Name: "decode", Title: "Decode",
		Intro: "Take a PIN block apart. A block that is wrong is drawn as far as it can be read, with what is wrong about it.",
		Fields: slices.Concat([]Field{blockField}, formatFields("", "Format"), []Field{
			panField, udkField, oldField,
			{Name: "key", Label: "PIN key", Hint: "hex digits; empty if the block is clear", Kind: Hex},
		}),
		Examples: []Example{
			{"ISO-0, clear", Values{"format": "iso-0", "block": "041215FEDCBA9876", "pan": "5432101234567891"}},
			{"ISO-0 under a TDES key", Values{"format": "iso-0", "block": "BA2ADC4EBA48F711", "pan": "5432101234567891", "key": "0123456789ABCDEFFEDCBA9876543210"}},
			{"ISO-3, clear", Values{"format": "iso-3", "block": "341215FEDCBA9876", "pan": "5432101234567891"}},
			{"ISO-4 under an AES key", Values{"format": "iso-4", "block": "28B41FDDD29B743E93124BD8E32D921E", "pan": "1234567890123456789", "key": "00112233445566778899AABBCCDDEEFF"}},
			{"IBM 3624, the run of the last digit", Values{"format": "ibm-3624", "extract": "padexist", "block": "123456EEEEEEEEEE"}},
		},
		answer: decode,
	})
}

var blockField = Field{Name: "block", Label: "PIN block", Hint: "16 hex digits, for ISO-4 32", Kind: Hex}

func decode(f *form) {
	c := blockCase{format: f.formatToRead("")}
	block := f.block(c.format)
	c.pan = f.pan(c.format)
	c.o = f.options(c.format)
	if c.key = f.keyIfAny("key", c.format); !f.ok() {
		return
	}
	word := "decode"
	if c.sealed() {
		word = "open"
	}
	f.Command = c.command(word, "block", upperHex(block))
	f.Go = c.openCode(block)
	e, err := c.explainOpening(f.ctx, block)
	if f.explained(e, err, f.blameBlock) {
		pin, err := c.open(f.ctx, block)
		f.result(clear.Digits(pin), err)
	}
}

// open returns the PIN in a block.
func (c *blockCase) open(ctx context.Context, block []byte) (pinblock.PIN, error) {
	if c.sealed() {
		return clear.Open(ctx, c.key, c.format, block, c.pan, &c.o)
	}
	return clear.Decode(c.format, block, c.pan, &c.o)
}

func (c *blockCase) explainOpening(ctx context.Context, block []byte) (explain.Explanation, error) {
	if c.sealed() {
		return explain.Open(ctx, c.key, c.format, block, c.pan, &c.o)
	}
	return explain.Decode(c.format, block, c.pan, &c.o)
}

// openCode returns open as a program.
func (c *blockCase) openCode(block []byte) string {
	p := &program{}
	p.use("pinblock/clear").do("block := " + p.hexLiteral(upperHex(block)))
	pan := p.panVar(c.pan)
	if c.sealed() {
		p.keyVar("key", c.key, "keys.UsagePIN")
		p.use("std:context").do("pin := " + call("clear.Open", "context.Background()", "key", p.formatCode(c.format), "block", pan, p.optionsCode(c.o)))
	} else {
		p.do("pin := " + call("clear.Decode", p.formatCode(c.format), "block", pan, p.optionsCode(c.o)))
	}
	return p.print("clear.Digits(pin)").String()
}
