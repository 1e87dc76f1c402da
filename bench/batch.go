package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pinion-hsm/pinion/hsm"
	"github.com/pinion-hsm/pinion/hsm/soft"
	"github.com/pinion-hsm/pinion/keys"
	"github.com/pinion-hsm/pinion/keys/cleartext"
	"github.com/pinion-hsm/pinion/keys/dukpt"
	"github.com/pinion-hsm/pinion/pinblock"
)

// What the blocks of a batch are translated for.
var (
	tdesKey = hsm.PINKey{Key: "out", Format: pinblock.ISO0}
	aesKey  = hsm.PINKey{Key: "aes", Format: pinblock.ISO4}
)

// batch is ISO-0 blocks of as many cards, on a device.
type batch struct {
	ctx              context.Context
	hsm              *hsm.HSM
	in, out          keys.Key
	decrypt, encrypt func(dst, src []byte) // the same keys in crypto/des
	from             hsm.PINKey
	blocks           []byte
	pans             []pinblock.PAN
	ksns             []dukpt.KSN // nil where they are under one key
	failed           error
}

func newBatch(ctx context.Context, n int) (*batch, error) {
	b := &batch{ctx: ctx, hsm: hsm.New(soft.New()), from: hsm.PINKey{Key: "in", Format: pinblock.ISO0}}
	for _, k := range []struct {
		label, hex string
		alg        keys.Algorithm
		key        *keys.Key
	}{
		{"in", zpk1, keys.TDES2, &b.in}, {"out", zpk2, keys.TDES2, &b.out},
		{"aes", "000102030405060708090A0B0C0D0E0F", keys.AES128, new(keys.Key)},
	} {
		key, err := cleartext.Parse(k.alg, keys.UsagePIN, k.hex)
		if err != nil {
			return nil, err
		}
		if _, err := b.hsm.ImportKey(ctx, hsm.KeySpec{Label: k.label}, key); err != nil {
			return nil, err
		}
		*k.key = key
	}
	var err error
	if b.decrypt, b.encrypt, err = ciphers(); err != nil {
		return nil, err
	}
	for i := range n {
		if err := b.add(i); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// add adds the block of card i.
func (b *batch) add(i int) error {
	pan, err := pinblock.ParsePAN(fmt.Sprintf("411111%010d", i))
	if err != nil {
		return err
	}
	pin, err := pinblock.ParsePIN(fmt.Sprintf("%04d", i%10000))
	if err != nil {
		return err
	}
	block, err := pinblock.Seal(b.ctx, nil, b.in, pinblock.ISO0, pin, pan)
	if err != nil {
		return err
	}
	b.blocks = append(b.blocks, block...)
	b.pans = append(b.pans, pan)
	return nil
}

// close returns what failed while it was timed.
func (b *batch) close() error { return errors.Join(b.failed, b.hsm.Close()) }
