package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// ISO 9564-1 format 4, whole and field by field.
func init() {
	define("iso4.pinfield.encode", iso4PINField, nil)
	define("iso4.pinfield.decode", iso4FromPINField, nil)
	define("iso4.panfield.encode", iso4PANField, nil)
	define("iso4.encipher", iso4Encipher, iso4EncipherOn)
	define("iso4.decipher", iso4Decipher, iso4DecipherOn)
}

type (
	iso4PINFieldIn struct {
		PIN  string `json:"pin"`
		Fill string `json:"fill"`
	}
	iso4Field struct {
		Field string `json:"field"`
	}
	iso4PAN struct {
		PAN string `json:"pan"`
	}
	iso4EncipherIn struct {
		Key  string `json:"key"`
		PIN  string `json:"pin"`
		PAN  string `json:"pan"`
		Fill string `json:"fill"`
	}
	iso4DecipherIn struct {
		Key   string `json:"key"`
		Block string `json:"block"`
		PAN   string `json:"pan"`
	}
)

// anyPAN is what the PIN field is encoded for. It is not in the field.
const anyPAN = "4111111111111111"

func iso4PINField(_ context.Context, _ *Vector, in iso4PINFieldIn) (iso4Field, error) {
	var c inputs
	pan := anyPAN
	pin := c.pin(in.PIN)
	if err := c.refused(); err != nil {
		return iso4Field{}, err
	}
	field, err := clear.Encode(nil, pinblock.ISO4, pin, c.pan(&pan), fill(&in.Fill))
	return iso4Field{upper(field)}, err
}

func iso4FromPINField(_ context.Context, _ *Vector, in iso4Field) (pinOut, error) {
	var c inputs
	pan := anyPAN
	field := c.block(in.Field)
	if err := c.refused(); err != nil {
		return pinOut{}, err
	}
	pin, err := clear.Decode(pinblock.ISO4, field, c.pan(&pan), nil)
	return pinOut{clear.Digits(pin)}, err
}

func iso4PANField(_ context.Context, _ *Vector, in iso4PAN) (iso4Field, error) {
	var c inputs
	pan := c.pan(&in.PAN)
	if err := c.refused(); err != nil {
		return iso4Field{}, err
	}
	field, err := clear.PANField(nil, pinblock.ISO4, pan)
	return iso4Field{upper(field)}, err
}

func iso4Encipher(ctx context.Context, _ *Vector, in iso4EncipherIn) (blockOut, error) {
	var c inputs
	key, pin, pan := c.pinKey(in.Key, pinblock.ISO4), c.pin(in.PIN), c.pan(&in.PAN)
	if err := c.refused(); err != nil {
		return blockOut{}, err
	}
	block, err := clear.Seal(ctx, nil, key, pinblock.ISO4, pin, pan, fill(&in.Fill))
	return blockOut{upper(block)}, err
}

func iso4EncipherOn(ctx context.Context, b *bench, _ *Vector, in iso4EncipherIn, want *blockOut) (blockOut, error) {
	var c inputs
	key, pin, pan := c.pinKey(in.Key, pinblock.ISO4), c.pin(in.PIN), c.pan(&in.PAN)
	if err := c.refused(); err != nil {
		return blockOut{}, err
	}
	if want == nil {
		return blockOut{}, foundBefore
	}
	return *want, b.holds(ctx, side{format: pinblock.ISO4, key: key}, want.Block, pin, pan)
}

func iso4Decipher(ctx context.Context, v *Vector, in iso4DecipherIn) (pinOut, error) {
	return decipher(ctx, v, in.anyFormat())
}

func iso4DecipherOn(ctx context.Context, b *bench, v *Vector, in iso4DecipherIn, want *pinOut) (pinOut, error) {
	return decipherOn(ctx, b, v, in.anyFormat(), want)
}

// anyFormat returns the inputs as those of pinblock.decipher.
func (in *iso4DecipherIn) anyFormat() decipherIn {
	return decipherIn{Key: in.Key, Format: pinblock.ISO4.Name(), Block: in.Block, PAN: &in.PAN}
}
