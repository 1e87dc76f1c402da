package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
)

// Key components, which are put together before a key reaches a device.
func init() {
	define("components.combine", combine, nil)
	define("key.odd_parity", oddParity, nil)
}

type (
	combineIn struct {
		Parts  []string `json:"parts"`
		Parity bool     `json:"parity"`
	}
	combineOut struct {
		Key string  `json:"key"`
		KCV *string `json:"kcv,omitempty"`
	}
	keyIn struct {
		Key string `json:"key"`
	}
)

// combine makes a key of its parts. The vectors name no algorithm, so the length
// of the first part says it.
func combine(_ context.Context, _ *Vector, in combineIn) (combineOut, error) {
	var c inputs
	algorithm := keys.TDES2
	if len(in.Parts) > 0 {
		algorithm = algorithmOf(len(in.Parts[0]) / 2)
	}
	parts := make([]keys.Component, len(in.Parts))
	for i, text := range in.Parts {
		var err error
		parts[i], err = cleartext.ParseComponent(algorithm, text)
		c.note(err)
	}
	if err := c.refused(); err != nil {
		return combineOut{}, err
	}
	key, err := keys.Combine(algorithm, keys.UsageKEK, keys.Parity(in.Parity), parts...)
	if err != nil {
		return combineOut{}, err
	}
	kcv := key.KCV()
	return combineOut{cleartext.Hex(key), &kcv}, nil
}

// algorithmOf returns the algorithm of a key of so many bytes, of which parity
// is spoken: TDES, but for the length that only AES has.
func algorithmOf(size int) keys.Algorithm {
	switch size {
	case keys.AES256.KeySize():
		return keys.AES256
	case keys.TDES3.KeySize():
		return keys.TDES3
	}
	return keys.TDES2
}

func oddParity(_ context.Context, _ *Vector, in keyIn) (keyIn, error) {
	var c inputs
	key := c.block(in.Key)
	if err := c.refused(); err != nil {
		return keyIn{}, err
	}
	return keyIn{upper(cleartext.OddParity(key))}, nil
}
