package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// PIN blocks under TDES DUKPT.
func init() {
	define("dukpt.tdes.encrypt_pin", tdesEncryptPIN, tdesEncryptPINOn)
	define("dukpt.tdes.decrypt_pin", tdesDecryptPIN, tdesDecryptPINOn)
}

type (
	tdesEncryptPINIn struct {
		bdkKSNIn
		Format string  `json:"format"`
		PIN    string  `json:"pin"`
		PAN    *string `json:"pan,omitempty"`
		Fill   *string `json:"fill,omitempty"`
	}
	tdesDecryptPINIn struct {
		bdkKSNIn
		Format string  `json:"format"`
		Block  string  `json:"block"`
		PAN    *string `json:"pan,omitempty"`
	}
)

// values returns what to encipher, and the side that has the key for it.
func (in *tdesEncryptPINIn) values() (s side, pin pinblock.PIN, pan pinblock.PAN, err error) {
	var c inputs
	if s.format, err = c.format(in.Format, settings{}); err != nil {
		return s, pin, pan, err
	}
	s.key, s.ksn = in.tdes(&c)
	pin, pan = c.pin(in.PIN), c.pan(in.PAN)
	return s, pin, pan, c.refused()
}

func tdesEncryptPIN(ctx context.Context, _ *Vector, in tdesEncryptPINIn) (blockOut, error) {
	s, pin, pan, err := in.values()
	if err != nil {
		return blockOut{}, err
	}
	key, err := s.pinKey()
	if err != nil {
		return blockOut{}, err
	}
	block, err := clear.Seal(ctx, nil, key, s.format, pin, pan, fill(in.Fill))
	return blockOut{upper(block)}, err
}

// tdesEncryptPINOn has the device open the block that the vector expects.
func tdesEncryptPINOn(ctx context.Context, b *bench, _ *Vector, in tdesEncryptPINIn, want *blockOut) (blockOut, error) {
	s, pin, pan, err := in.values()
	if err != nil {
		return blockOut{}, err
	}
	if want == nil {
		return blockOut{}, foundBefore
	}
	return *want, b.holds(ctx, s, want.Block, pin, pan)
}

// values returns what to decipher.
func (in *tdesDecryptPINIn) values() (s sealed, err error) {
	var c inputs
	if s.format, err = c.format(in.Format, settings{}); err != nil {
		return s, err
	}
	s.block, s.pan = c.block(in.Block), c.pan(in.PAN)
	s.key, s.ksn = in.tdes(&c)
	return s, c.refused()
}

func tdesDecryptPIN(ctx context.Context, _ *Vector, in tdesDecryptPINIn) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.open(ctx)
}

func tdesDecryptPINOn(ctx context.Context, b *bench, _ *Vector, in tdesDecryptPINIn, want *pinOut) (pinOut, error) {
	s, err := in.values()
	if err != nil {
		return pinOut{}, err
	}
	return s.openOn(ctx, b, want)
}
