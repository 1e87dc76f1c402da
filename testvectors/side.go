package testvectors

import (
	"context"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
	"github.com/pinion-hsm/pinion/pinblock/clear"
)

// side is a format, and the PIN key of its blocks or the BDK that it is derived
// from.
type side struct {
	format    pinblock.Format
	key       keys.Key
	ksn       dukpt.KSN      // set if key is a BDK
	algorithm keys.Algorithm // of the derived key; zero is the usual one
}

// keyAlgorithm returns the algorithm of the PIN key. The usual one under a BDK is
// its own for ISO-4, and TDES2 for the formats of 8 bytes.
func (s *side) keyAlgorithm() keys.Algorithm {
	switch {
	case s.algorithm != 0:
		return s.algorithm
	case !s.ksn.IsZero() && s.format.BlockSize() == 8:
		return keys.TDES2
	}
	return s.key.Algorithm()
}

// pinKey returns the PIN key, in the library.
func (s *side) pinKey() (keys.Key, error) {
	if s.ksn.IsZero() {
		return s.key, nil
	}
	return dukpt.WorkingKey(s.key, s.ksn, dukpt.PIN, s.keyAlgorithm())
}

// on puts the key on the device.
func (s *side) on(ctx context.Context, b *bench) (hsm.PINKey, error) {
	label, _, err := b.load(ctx, s.key)
	return hsm.PINKey{Key: label, Format: s.format, KSN: s.ksn, Algorithm: s.algorithm}, err
}

// sealed is a block to open.
type sealed struct {
	side
	block []byte
	pan   pinblock.PAN
}

func (s *sealed) open(ctx context.Context) (pinOut, error) {
	key, err := s.pinKey()
	if err != nil {
		return pinOut{}, err
	}
	pin, err := clear.Open(ctx, key, s.format, s.block, s.pan, nil)
	return pinOut{clear.Digits(pin)}, err
}

func (s *sealed) openOn(ctx context.Context, b *bench, want *pinOut) (pinOut, error) {
	if want != nil && (len(want.PIN) < pinblock.MinPINLength || len(want.PIN) > pinblock.MaxPINLength) {
		return pinOut{}, notCardholders
	}
	pin, err := b.open(ctx, s.side, s.block, s.pan)
	return pinOut{clear.Digits(pin)}, err
}
