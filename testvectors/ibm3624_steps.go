package testvectors

import (
	"context"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
	"github.com/pinion-hsm/pinion/pinverify"
)

// The steps on the way to an IBM 3624 offset.
func init() {
	define("ibm3624.natural", naturalPIN, naturalPINOn)
	define("ibm3624.offset_from_natural", offsetFromNatural, nil)
	define("ibm3624.decimalise", decimalise, nil)
}

type (
	naturalIn struct {
		PVK    string `json:"pvk"`
		Table  string `json:"table"`
		VData  string `json:"vdata"`
		Length int    `json:"length"`
	}
	naturalOut struct {
		Natural    string  `json:"natural"`
		Cryptogram *string `json:"cryptogram,omitempty"`
	}
	fromNaturalIn struct {
		Natural     string `json:"natural"`
		PIN         string `json:"pin"`
		CheckLength int    `json:"check_length"`
	}
	decimaliseIn struct {
		Cryptogram string `json:"cryptogram"`
		Table      string `json:"table"`
		Length     int    `json:"length"`
	}
)

// validation returns validation data that is already built.
func (c *inputs) validation(text string) pinverify.Validation {
	v, err := pinverify.FixedValidation(text)
	c.note(err)
	return v
}

func (in *naturalIn) values(c *inputs) (pinverify.IBM3624, keys.Key) {
	m := pinverify.IBM3624{Table: c.table(in.Table), Validation: c.validation(in.VData)}
	return m, c.pvk(in.PVK, keys.UsageIBM3624)
}

func naturalPIN(ctx context.Context, _ *Vector, in naturalIn) (naturalOut, error) {
	var c inputs
	m, key := in.values(&c)
	data := c.block(in.VData)
	if !c.usable() {
		return naturalOut{}, c.refused()
	}
	pin, err := m.Natural(ctx, key, pinblock.PAN{}, in.Length)
	if err == nil {
		err = key.Encrypt(ctx, data, data)
	}
	cryptogram := upper(data)
	return naturalOut{clear.Digits(pin), &cryptogram}, c.done(err)
}

// naturalPINOn asks the device for the PIN whose offset is zeros, which is what a
// natural PIN is.
func naturalPINOn(ctx context.Context, b *bench, _ *Vector, in naturalIn, want *naturalOut) (naturalOut, error) {
	var c inputs
	m, key := in.values(&c)
	if err := c.refused(); err != nil {
		return naturalOut{}, err
	}
	if want == nil {
		return naturalOut{}, foundBefore
	}
	if in.Length != len(want.Natural) {
		return naturalOut{}, errors.New("natural has another length than the vector says")
	}
	if want.Cryptogram != nil {
		return naturalOut{}, notRun("a device does not tell the cryptogram")
	}
	got, err := b.has(ctx, m, key, pinblock.PAN{}, strings.Repeat("0", len(want.Natural)), &pinOut{want.Natural})
	return naturalOut{Natural: got.PIN}, err
}

// offsetFromNatural has the library compute an offset from a cryptogram that is
// the natural PIN: the standard table leaves its digits as they are.
func offsetFromNatural(ctx context.Context, _ *Vector, in fromNaturalIn) (offsetOut, error) {
	var c inputs
	validation := c.validation(strings.Repeat("0", 16))
	pin := c.pin(in.PIN)
	if len(in.Natural) != len(in.PIN) {
		return offsetOut{}, errors.New("natural and pin are not of one length")
	}
	c.pin(in.Natural)
	if err := c.refused(); err != nil {
		return offsetOut{}, err
	}
	cryptogram := c.block(in.Natural + strings.Repeat("0", 16-len(in.Natural)))
	m := pinverify.IBM3624{Table: pinverify.StandardTable(), Validation: validation, CheckLength: in.CheckLength}
	offset, err := m.Reference(ctx, oracle(cryptogram), pin, pinblock.PAN{})
	return offsetOut{string(offset)}, err
}

func decimalise(_ context.Context, _ *Vector, in decimaliseIn) (digitsOut, error) {
	var c inputs
	table, cryptogram := c.table(in.Table), c.block(in.Cryptogram)
	if err := c.refused(); err != nil {
		return digitsOut{}, err
	}
	digits, err := table.Decimalize(cryptogram, in.Length)
	return digitsOut{clear.Digits(digits)}, err
}

// oracle is a key for vectors that have no key but what comes out of one: it
// enciphers everything to that.
type oracle []byte

// BlockSize implements [pinblock.Encrypter].
func (o oracle) BlockSize() int { return 8 }

// Encrypt implements [pinblock.Encrypter].
func (o oracle) Encrypt(_ context.Context, dst, _ []byte) error {
	if len(dst) != len(o) {
		return pinverify.ErrCryptogram
	}
	copy(dst, o)
	return nil
}
