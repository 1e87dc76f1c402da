package testvectors

import (
	"context"
	"errors"
	"strings"

	"github.com/pinion-hsm/pinion/keys/keyblock"
	"github.com/pinion-hsm/pinion/keys/keyblock/clearblock"
)

// Key blocks. A device takes their keys; it makes none of these blocks.
func init() {
	define("tr31.unwrap", unwrap, unwrapOn)
	define("tr31.wrap", wrap, nil)
	define("tr31.derive", deriveKBPK, nil)
}

type (
	unwrapIn struct {
		KBPK     string `json:"kbpk"`
		KeyBlock string `json:"key_block"`
	}
	wrapIn struct {
		KBPK   string  `json:"kbpk"`
		Header string  `json:"header"` // its length is that of the block, or anything where no block is made
		Key    string  `json:"key"`
		Pad    *string `json:"pad,omitempty"` // none: random, and so no block to expect
	}
	keyBlockOut struct {
		KeyBlock string `json:"key_block"`
	}
	deriveIn struct {
		KBPK    string `json:"kbpk"`
		Version string `json:"version"`
		Which   string `json:"which"`
	}
)

// kbpk returns the protection key for a text that begins with the version. Where
// that is none, whatever refuses the text does so under any key.
func (c *inputs) kbpk(text, block string) keyblock.KBPK {
	version := byte('B')
	if block != "" && strings.IndexByte("ACDE", block[0]) >= 0 {
		version = block[0]
	}
	raw, err := unhex(text)
	if errors.Is(err, errBlockLength) { // half a byte too much is a wrong length, too
		err = keyblock.ErrKBPK
	}
	if err != nil {
		c.note(err)
		return nil
	}
	k, err := clearblock.NewKBPK(version, raw)
	c.note(err)
	return k
}

func unwrap(ctx context.Context, _ *Vector, in unwrapIn) (keyIn, error) {
	var c inputs
	kbpk := c.kbpk(in.KBPK, in.KeyBlock)
	if _, err := keyblock.ParseHeader(in.KeyBlock); err != nil {
		c.note(err)
	}
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	u, err := keyblock.Unwrap(ctx, kbpk, in.KeyBlock)
	if err != nil {
		return keyIn{}, err
	}
	return keyIn{upper(clearblock.Key(u))}, nil
}

// wrap wraps what the vector says, also where this library would have to be asked
// twice: blocks of others have weaker keys, older versions and odd headers.
func wrap(ctx context.Context, _ *Vector, in wrapIn) (keyBlockOut, error) {
	var c inputs
	kbpk := c.kbpk(in.KBPK, in.Header)
	h, err := keyblock.ParseHeader(in.Header)
	c.note(err)
	key := c.block(in.Key)
	var pad []byte
	if in.Pad != nil {
		pad = c.block(*in.Pad)
	}
	if err := c.refused(); err != nil {
		return keyBlockOut{}, err
	}
	block, err := clearblock.Wrap(ctx, kbpk, h, key, pad,
		keyblock.AllowVariantBinding(), keyblock.AllowWeakerKBPK(), keyblock.AllowInconsistentHeader())
	return keyBlockOut{block}, err
}

func deriveKBPK(ctx context.Context, _ *Vector, in deriveIn) (keyIn, error) {
	var c inputs
	if len(in.Version) != 1 || in.Version[0] < 'A' || in.Version[0] > 'E' {
		return keyIn{}, unknown("version", in.Version)
	}
	kbpk := c.kbpk(in.KBPK, in.Version)
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	kbek, kbak, err := clearblock.Derive(ctx, kbpk, in.Version[0])
	if err != nil {
		return keyIn{}, err
	}
	switch in.Which {
	case "kbek":
		return keyIn{upper(kbek)}, nil
	case "kbak":
		return keyIn{upper(kbak)}, nil
	}
	return keyIn{}, unknown("key", in.Which)
}
