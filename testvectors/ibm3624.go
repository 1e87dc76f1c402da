package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The IBM 3624 PIN and its offset, as long as the PIN where nothing else is said.
func init() {
	define("ibm3624.pin", ibm3624PIN, ibm3624PINOn)
	defineBoth("ibm3624.offset", ibm3624Offset)
	defineBoth("ibm3624.verify", ibm3624Verify)
}

type (
	ibm3624In struct {
		PVK       string `json:"pvk"`
		Table     string `json:"table"`
		PAN       string `json:"pan"`
		PANOffset int    `json:"pan_offset"`
		PANLength int    `json:"pan_length"`
		PANPad    string `json:"pan_pad"`
	}
	ibm3624PINIn struct {
		ibm3624In
		Offset string `json:"offset"`
	}
	ibm3624OffsetIn struct {
		ibm3624In
		PIN string `json:"pin"`
	}
	ibm3624VerifyIn struct {
		ibm3624In
		PIN    string `json:"pin"`
		Offset string `json:"offset"`
	}
	offsetOut struct {
		Offset string `json:"offset"`
	}
)

// table returns a decimalization table.
func (c *inputs) table(text string) pinverify.Table {
	t, err := pinverify.ParseTable(text)
	c.note(err)
	return t
}

// values returns what to compute; the errors are in c.
func (in *ibm3624In) values(c *inputs) (m pinverify.IBM3624, key keys.Key, pan pinblock.PAN) {
	pad, err := pinverify.ParsePad(in.PANPad)
	c.note(err)
	m.Validation = pinverify.ValidationFromPAN(in.PANOffset, in.PANLength, pad)
	c.note(m.Validation.Check())
	m.Table = c.table(in.Table)
	return m, c.pvk(in.PVK, keys.UsageIBM3624), c.pan(&in.PAN)
}

func ibm3624PIN(ctx context.Context, _ *Vector, in ibm3624PINIn) (pinOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	pin, err := m.PIN(ctx, key, pan, []byte(in.Offset))
	return pinOut{clear.Digits(pin)}, c.done(err)
}

func ibm3624PINOn(ctx context.Context, b *bench, _ *Vector, in ibm3624PINIn, want *pinOut) (pinOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	if !c.usable() {
		return pinOut{}, c.refused()
	}
	out, err := b.has(ctx, m, key, pan, in.Offset, want)
	return out, c.done(err)
}

func ibm3624Offset(ctx context.Context, p place, in ibm3624OffsetIn) (offsetOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	pin := c.pin(in.PIN)
	if !c.usable() {
		return offsetOut{}, c.refused()
	}
	offset, err := p.reference(ctx, m, key, pin, pan)
	return offsetOut{offset}, c.done(err)
}

func ibm3624Verify(ctx context.Context, p place, in ibm3624VerifyIn) (verifiedOut, error) {
	var c inputs
	m, key, pan := in.values(&c)
	pin := c.pin(in.PIN)
	if !c.usable() {
		return verifiedOut{}, c.refused()
	}
	ok, err := p.verify(ctx, m, key, pin, pan, in.Offset)
	return verifiedOut{ok}, c.done(err)
}
