package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The Visa PIN verification value.
func init() {
	defineBoth("pvv.generate", pvvGenerate)
	defineBoth("pvv.verify", pvvVerify)
	define("pvv.scan", scan, nil)
}

type (
	pvvIn struct {
		PVK  string `json:"pvk"`
		PAN  string `json:"pan"`
		PVKI string `json:"pvki"`
		PIN  string `json:"pin"`
	}
	pvvVerifyIn struct {
		pvvIn
		PVV string `json:"pvv"`
	}
	pvvOut struct {
		PVV string `json:"pvv"`
	}
	verifiedOut struct {
		Verified bool `json:"verified"`
	}
	hexIn struct {
		Hex string `json:"hex"`
	}
	digitsOut struct {
		Digits string `json:"digits"`
	}
)

// values returns what to compute; the errors are in c.
func (in *pvvIn) values(c *inputs) (m pinverify.VisaPVV, key keys.Key, pin pinblock.PIN, pan pinblock.PAN) {
	if len(in.PVKI) != 1 || in.PVKI[0] < '0' || in.PVKI[0] > '9' {
		c.note(errPVKI)
	} else {
		m.Index = int(in.PVKI[0] - '0')
	}
	return m, c.pvk(in.PVK, keys.UsageVisaPVV), c.pin(in.PIN), c.pan(&in.PAN)
}

func pvvGenerate(ctx context.Context, p place, in pvvIn) (pvvOut, error) {
	var c inputs
	m, key, pin, pan := in.values(&c)
	if !c.usable() {
		return pvvOut{}, c.refused()
	}
	pvv, err := p.reference(ctx, m, key, pin, pan)
	return pvvOut{pvv}, c.done(err)
}

func pvvVerify(ctx context.Context, p place, in pvvVerifyIn) (verifiedOut, error) {
	var c inputs
	m, key, pin, pan := in.values(&c)
	if !c.usable() {
		return verifiedOut{}, c.refused()
	}
	ok, err := p.verify(ctx, m, key, pin, pan, in.PVV)
	return verifiedOut{ok}, c.done(err)
}

// scan is the two-pass decimalization.
func scan(_ context.Context, _ *Vector, in hexIn) (digitsOut, error) {
	var c inputs
	cryptogram := c.block(in.Hex)
	if err := c.refused(); err != nil {
		return digitsOut{}, err
	}
	digits, err := pinverify.ScanPVV(cryptogram)
	return digitsOut{string(digits)}, err
}
