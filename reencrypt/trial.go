package reencrypt

import (
	"context"
	"errors"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// A made-up transaction: the first one of a terminal that nobody has.
const (
	trialPAN     = "4000000000000002"
	trialTDESKSN = "FFFF0000000000E00001"
	trialAESKSN  = "000000000000000000000001"
)

// trial has the device do a made-up block, of zeros, where a key is a BDK: whether it
// derives the keys of transactions is not known before it does one. That the block does
// not open, or is refused as one row's could be, is an answer too.
func (c *Converter) trial(ctx context.Context) error {
	if !c.fromBDK && !c.toBDK {
		return nil
	}
	pan, err := pinblock.ParsePAN([]byte(trialPAN))
	if err != nil {
		return err // unreachable
	}
	t := hsm.Translation{Block: make([]byte, c.job.From.Format.BlockSize()), PAN: pan, From: c.job.From, To: c.job.To, ToChipCard: c.job.ToChipCard}
	if t.From.KSN, err = trialKSN(c.from, c.fromBDK); err != nil {
		return err
	}
	if t.To.KSN, err = trialKSN(c.to, c.toBDK); err != nil {
		return err
	}
	if _, err = c.hsm.TranslatePIN(ctx, t); errors.Is(err, hsm.ErrBlock) || errors.Is(err, hsm.ErrDevice) {
		return nil
	}
	return err
}

// trialKSN returns a made-up KSN of the scheme of a key, none if it is no BDK.
func trialKSN(k hsm.KeyInfo, bdk bool) (dukpt.KSN, error) {
	switch {
	case !bdk:
		return dukpt.KSN{}, nil
	case k.Algorithm == keys.TDES2 || k.Algorithm == keys.TDES3:
		return dukpt.ParseKSN(trialTDESKSN)
	}
	return dukpt.ParseKSN(trialAESKSN)
}
