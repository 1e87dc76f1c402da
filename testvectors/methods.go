package testvectors

import (
	"context"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The other methods: German bank pool, Netherlands PIN-1, Interbank.
func init() {
	define("gbp.pin", gbpPIN, gbpPINOn)
	define("nl1.pin", nl1PIN, nl1PINOn)
	define("nl1.offset", nl1Offset, nil)
	define("interbank.pin", interbankPIN, interbankPINOn)
	define("interbank.scan", interbankScan, nil)
}

type (
	vdataIn struct {
		Key    string `json:"key"`
		Table  string `json:"table"`
		VData  string `json:"vdata"`
		Offset string `json:"offset"`
	}
	nl1OffsetIn struct {
		Cryptogram string `json:"cryptogram"`
		Table      string `json:"table"`
		PIN        string `json:"pin"`
	}
	nl1OffsetOut struct {
		Digits string `json:"digits"`
		Offset string `json:"offset"`
	}
	interbankIn struct {
		Key        string `json:"key"`
		PAN        string `json:"pan"`
		KeyIndex   int    `json:"key_index"`
		Validation string `json:"validation"`
	}
)

// values returns what to compute; the errors are in c.
func (in *vdataIn) values(c *inputs) (pinverify.Table, pinverify.Validation, keys.Key) {
	return c.table(in.Table), c.validation(in.VData), c.pvk(in.Key, keys.UsagePVKOther)
}

func gbpPIN(ctx context.Context, _ *Vector, in vdataIn) (pinOut, error) {
	var c inputs
	table, validation, key := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	pin, err := pinverify.GBP{Table: table, Validation: validation}.PIN(ctx, key, pinblock.PAN{}, []byte(in.Offset))
	return pinOut{clear.Digits(pin)}, c.done(err)
}

func gbpPINOn(ctx context.Context, b *bench, _ *Vector, in vdataIn, want *pinOut) (pinOut, error) {
	var c inputs
	table, validation, key := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	out, err := b.has(ctx, pinverify.GBP{Table: table, Validation: validation}, key, pinblock.PAN{}, in.Offset, want)
	return out, c.done(err)
}

func nl1PIN(ctx context.Context, _ *Vector, in vdataIn) (pinOut, error) {
	var c inputs
	table, validation, key := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	pin, err := pinverify.NL1{Table: table, Validation: validation}.PIN(ctx, key, pinblock.PAN{}, []byte(in.Offset))
	return pinOut{clear.Digits(pin)}, c.done(err)
}

func nl1PINOn(ctx context.Context, b *bench, _ *Vector, in vdataIn, want *pinOut) (pinOut, error) {
	var c inputs
	table, validation, key := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	out, err := b.has(ctx, pinverify.NL1{Table: table, Validation: validation}, key, pinblock.PAN{}, in.Offset, want)
	return out, c.done(err)
}

// nl1Offset begins with the cryptogram: the PIN of offset zero is its digits.
func nl1Offset(ctx context.Context, _ *Vector, in nl1OffsetIn) (nl1OffsetOut, error) {
	var c inputs
	m := pinverify.NL1{Table: c.table(in.Table), Validation: c.validation(strings.Repeat("0", 16))}
	key, pin := oracle(c.block(in.Cryptogram)), c.pin(in.PIN)
	if err := c.refused(); err != nil {
		return nl1OffsetOut{}, err
	}
	digits, err := m.PIN(ctx, key, pinblock.PAN{}, []byte("0000"))
	if err != nil {
		return nl1OffsetOut{}, err
	}
	offset, err := m.Reference(ctx, key, pin, pinblock.PAN{})
	return nl1OffsetOut{clear.Digits(digits), string(offset)}, err
}

// values returns what to compute; the errors are in c.
func (in *interbankIn) values(c *inputs) (pinverify.Interbank, keys.Key, pinblock.PAN) {
	m := pinverify.Interbank{Index: in.KeyIndex, ValidationDigits: in.Validation}
	return m, c.pvk(in.Key, keys.UsagePVKOther), c.pan(&in.PAN)
}

func interbankPIN(ctx context.Context, _ *Vector, in interbankIn) (pinOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	pin, err := m.PIN(ctx, key, pan)
	return pinOut{clear.Digits(pin)}, c.done(err)
}

func interbankPINOn(ctx context.Context, b *bench, _ *Vector, in interbankIn, want *pinOut) (pinOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	out, err := b.has(ctx, m, key, pan, "", want)
	return out, c.done(err)
}

// interbankScan begins with the cryptogram. 0000 becomes 0100 here too.
func interbankScan(ctx context.Context, _ *Vector, in hexIn) (digitsOut, error) {
	var c inputs
	pan := anyPAN
	key := oracle(c.block(in.Hex))
	if err := c.refused(); err != nil {
		return digitsOut{}, err
	}
	pin, err := pinverify.Interbank{Index: 1, ValidationDigits: "000"}.PIN(ctx, key, c.pan(&pan))
	return digitsOut{clear.Digits(pin)}, err
}
