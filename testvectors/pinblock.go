package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// PIN blocks: clear ones, which no device sees, and enciphered ones.
func init() {
	define("pinblock.encode", encode, nil)
	define("pinblock.decode", decodeBlock, nil)
	define("pinblock.encipher", encipher, encipherOn)
	define("pinblock.decipher", decipher, decipherOn)
}

type (
	encodeIn struct {
		Format string  `json:"format"`
		PIN    string  `json:"pin"`
		PAN    *string `json:"pan,omitempty"`
		Fill   *string `json:"fill,omitempty"`
		Pad    *string `json:"pad,omitempty"`
		Seq    *string `json:"seq,omitempty"`
		UDKA   *string `json:"udk_a,omitempty"`
		OldPIN *string `json:"old_pin,omitempty"`
	}
	decodeIn struct {
		Format string  `json:"format"`
		Block  string  `json:"block"`
		PAN    *string `json:"pan,omitempty"`
		Pad    *string `json:"pad,omitempty"`
		UDKA   *string `json:"udk_a,omitempty"`
		OldPIN *string `json:"old_pin,omitempty"`
	}
	encipherIn struct {
		Key    string  `json:"key"`
		Format string  `json:"format"`
		PIN    string  `json:"pin"`
		PAN    *string `json:"pan,omitempty"`
		Fill   *string `json:"fill,omitempty"`
		Pad    *string `json:"pad,omitempty"`
		Seq    *string `json:"seq,omitempty"`
	}
	decipherIn struct {
		Key    string  `json:"key"`
		Format string  `json:"format"`
		Block  string  `json:"block"`
		PAN    *string `json:"pan,omitempty"`
		Pad    *string `json:"pad,omitempty"`
	}

	blockOut struct {
		Block string `json:"block"`
	}
	enciphered struct {
		Block string `json:"block"`
		Clear string `json:"clear"`
	}
	pinOut struct {
		PIN string `json:"pin"`
	}
)

func encode(_ context.Context, _ *Vector, in encodeIn) (blockOut, error) {
	var c inputs
	f, err := c.format(in.Format, settings{in.Pad, in.Seq})
	if err != nil {
		return blockOut{}, err
	}
	options, err := c.card(fill(in.Fill), f, in.UDKA, in.OldPIN)
	if err != nil {
		return blockOut{}, err
	}
	pin, pan := c.pin(in.PIN), c.pan(in.PAN)
	if err := c.refused(); err != nil {
		return blockOut{}, err
	}
	block, err := clear.Encode(nil, readable(f, pin.Len()), pin, pan, options)
	return blockOut{upper(block)}, err
}

func decodeBlock(_ context.Context, _ *Vector, in decodeIn) (pinOut, error) {
	var c inputs
	f, err := c.format(in.Format, settings{pad: in.Pad})
	if err != nil {
		return pinOut{}, err
	}
	options, err := c.card(nil, f, in.UDKA, in.OldPIN)
	if err != nil {
		return pinOut{}, err
	}
	block, pan := c.block(in.Block), c.pan(in.PAN)
	if err := c.refused(); err != nil {
		return pinOut{}, err
	}
	pin, err := clear.Decode(f, block, pan, options)
	return pinOut{clear.Digits(pin)}, err
}

func (in *encipherIn) values() (key keys.Key, f pinblock.Format, pin pinblock.PIN, pan pinblock.PAN, err error) {
	var c inputs
	if f, err = c.format(in.Format, settings{in.Pad, in.Seq}); err != nil {
		return key, f, pin, pan, err
	}
	key, pin, pan = c.pinKey(in.Key, f), c.pin(in.PIN), c.pan(in.PAN)
	return key, readable(f, pin.Len()), pin, pan, c.refused()
}

func encipher(ctx context.Context, _ *Vector, in encipherIn) (enciphered, error) {
	key, f, pin, pan, err := in.values()
	if err != nil {
		return enciphered{}, err
	}
	block, err := clear.Seal(ctx, nil, key, f, pin, pan, fill(in.Fill))
	if err != nil {
		return enciphered{}, err
	}
	plain, err := clear.Encode(nil, f, pin, pan, fill(in.Fill))
	return enciphered{upper(block), upper(plain)}, err
}

func decipher(ctx context.Context, _ *Vector, in decipherIn) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.open(ctx)
}

func (in *decipherIn) values() (s sealed, err error) {
	var c inputs
	if s.format, err = c.format(in.Format, settings{pad: in.Pad}); err != nil {
		return s, err
	}
	s.key, s.block, s.pan = c.pinKey(in.Key, s.format), c.block(in.Block), c.pan(in.PAN)
	return s, c.refused()
}

// encipherOn has the device open the block that the vector expects: a device is
// never given a PIN to encipher, and never gives a clear block.
func encipherOn(ctx context.Context, b *bench, _ *Vector, in encipherIn, want *enciphered) (enciphered, error) {
	key, f, pin, pan, err := in.values()
	if err != nil {
		return enciphered{}, err
	}
	if want == nil {
		return enciphered{}, foundBefore
	}
	if err := b.holds(ctx, side{format: f, key: key}, want.Block, pin, pan); err != nil {
		return enciphered{}, err
	}
	plain, err := clear.Encode(nil, f, pin, pan, fill(in.Fill))
	return enciphered{want.Block, upper(plain)}, err
}

func decipherOn(ctx context.Context, b *bench, _ *Vector, in decipherIn, want *pinOut) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.openOn(ctx, b, want)
}
